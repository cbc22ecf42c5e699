/**
 * What leaves the process, and what is recorded: keys and content only go to the vendor, trace ids stay in the process.
 */
import * as LanguageModel from "@effect/ai/LanguageModel"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Agent, instrumentLanguageModel } from "loom-telemetry/agent"
import { recorded, type Records, spanNamed } from "../recorded.js"
import { calls, refuses, says } from "./answers.js"
import { ask, question, withVendor } from "./asked.js"
import { secretKey, type Vendor, vendors } from "./vendors.js"
import { type VendorServer, vendorServer } from "./vendorServer.js"

const everything = ({ metrics, spans }: Records): string => JSON.stringify({ metrics, spans })

const answered = [calls("add", "{\"a\": 2, \"b\": 3}"), says("The sum is 5.")]

describe.each(vendors)("records of a run with $name", (vendor) => {
  it.scopedLive("hold neither the key nor any content", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, answered)
      expect(Object.values(run.server.requests[0]!.headers).join()).toContain(secretKey)
      expect(Exit.isSuccess(run.exit)).toBe(true)
      for (const secret of [secretKey, question, "The sum is 5.", "Arithmetic assistant", "\"b\": 3"]) {
        expect(everything(run)).not.toContain(secret)
      }
    }))

  it.scopedLive.each([
    { kind: "rejected the request", replies: [refuses(401)] },
    { kind: "invented a tool", replies: [calls("subtract", "{\"words\": \"What is 2 + 3?\"}"), says("No.")] },
    { kind: "sent invalid JSON", replies: [calls("add", "What is 2 + 3?"), says("No.")] },
    { kind: "sent wrong parameters", replies: [calls("add", "{\"words\": \"What is 2 + 3?\"}"), says("No.")] }
  ])("hold neither if the vendor $kind", ({ replies }) =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, replies)
      expect(everything(run)).not.toContain(secretKey)
      expect(everything(run)).not.toContain(question)
      expect(everything(run)).not.toContain("the vendor says")
    }))

  it.scopedLive("hold content with captureContent, and still no key", () =>
    Effect.gen(function*() {
      const agent = Agent.make({ name: "open", instructions: "Answer.", captureContent: "attributes" })
      const run = yield* ask(vendor, [says("The sum is 5.")], { agent })
      expect(everything(run)).toContain(question)
      expect(everything(run)).toContain("The sum is 5.")
      expect(everything(run)).not.toContain(secretKey)
    }))

  it.scopedLive("redact the header with the key on the request's span", () =>
    Effect.gen(function*() {
      const run = yield* ask(vendor, [says("Yes.")])
      const { attributes } = spanNamed(run, "http.client POST")
      const header = vendor.name === "anthropic" ? "x-api-key" : "authorization"
      expect(attributes[`http.request.header.${header}`]).toBe("<redacted>")
    }))
})

const traceHeaders = ({ requests }: VendorServer): ReadonlyArray<string> =>
  requests.flatMap(({ headers }) => Object.keys(headers).filter((name) => name === "traceparent" || name === "b3"))

const bothHeaders = ["b3", "traceparent"]

/** A tool that sends a request to our own server. */
const Lookup = Tool.make("add", {
  description: "Look it up",
  parameters: { a: Schema.Int, b: Schema.Int },
  success: Schema.Int
})
const lookupTools = Toolkit.make(Lookup)
const LookupLive = (server: VendorServer) =>
  lookupTools.toLayer({
    add: () =>
      HttpClient.execute(HttpClientRequest.post(`${server.url}/v1/messages`).pipe(HttpClientRequest.bodyUnsafeJson({})))
        .pipe(
          Effect.as(5),
          Effect.orDie,
          Effect.provide(FetchHttpClient.layer)
        )
  })

/** Runs the program with a vendor's model, and our own server for the tool. */
const withLookup = (
  vendor: Vendor,
  program: Effect.Effect<void, unknown, LanguageModel.LanguageModel | Tool.Handler<"add">>
) =>
  Effect.gen(function*() {
    const server = yield* vendorServer(...answered)
    const ours = yield* vendorServer(says("5"))
    const run = yield* program.pipe(
      Effect.provide(LookupLive(ours)),
      Effect.provide(vendor.layer(server)),
      recorded
    )
    expect(Exit.isSuccess(run.exit)).toBe(true)
    expect(ours.requests).toHaveLength(1)
    return { server, ours }
  })

const prompt = question

describe.each(vendors)("trace headers on requests to $name", (vendor) => {
  const agent = Agent.make({ name: "lookup", instructions: "Look it up.", toolkit: lookupTools })

  it.scopedLive.each([
    { kind: "a run", program: Effect.asVoid(agent.run(question)) },
    {
      kind: "an instrumented call in one piece",
      program: Effect.asVoid(LanguageModel.generateText({ prompt, toolkit: lookupTools })).pipe(
        Effect.provide(instrumentLanguageModel())
      )
    },
    {
      kind: "an instrumented stream",
      program: Stream.runDrain(LanguageModel.streamText({ prompt, toolkit: lookupTools })).pipe(
        Effect.provide(instrumentLanguageModel())
      )
    }
  ])("are omitted by $kind, but not by its tools", ({ program }) =>
    Effect.gen(function*() {
      const { ours, server } = yield* withLookup(vendor, program)
      expect(traceHeaders(server)).toEqual([])
      expect(traceHeaders(ours).toSorted()).toEqual(bothHeaders)
    }))

  it.scopedLive("stay on requests made by the consumer of an instrumented stream", () =>
    Effect.gen(function*() {
      const ours = yield* vendorServer(...Array.from({ length: 30 }, () => says("5")))
      const tell = HttpClient.execute(
        HttpClientRequest.post(`${ours.url}/v1/messages`).pipe(HttpClientRequest.bodyUnsafeJson({}))
      ).pipe(Effect.provide(FetchHttpClient.layer), Effect.orDie)
      const consume = LanguageModel.streamText({ prompt }).pipe(
        Stream.runForEach((part) => part.type === "finish" ? tell : Effect.void),
        Effect.provide(instrumentLanguageModel())
      )
      const { server } = yield* withVendor(vendor, [says("Yes.")], consume)
      expect(traceHeaders(server)).toEqual([])
      expect(traceHeaders(ours).toSorted()).toEqual(bothHeaders)
    }))

  it.scopedLive("go to a vendor whose client is configured to send them", () =>
    Effect.gen(function*() {
      const { server } = yield* ask(vendor, [says("Yes.")], { transformClient: HttpClient.withTracerPropagation(true) })
      expect(traceHeaders(server).toSorted()).toEqual(bothHeaders)
    }))
})
