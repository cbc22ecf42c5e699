/**
 * Files that a model answers with: kept in the conversation, noted in captured content, and sent back only to vendors that accept them.
 */
import type * as Response from "@effect/ai/Response"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Agent } from "loom-telemetry/agent"
import { createHash, randomBytes } from "node:crypto"
import { ArithmeticLive, arithmeticTools } from "../arithmetic.js"
import { flaws } from "../recorded.js"
import { type Answer, block, call, finish, parts, text, ways } from "./everyWay.js"

const painter = Agent.make({
  name: "painter",
  instructions: "Paint.",
  toolkit: arithmeticTools,
  captureContent: "attributes"
})

const bytes = randomBytes(1024)

const painting = (vendor: string, mediaType: string, ...more: ReadonlyArray<Response.StreamPartEncoded>): Answer =>
  parts(
    { type: "file", mediaType, data: bytes.toString("base64") },
    ...more,
    finish("tool-calls", { [vendor]: {} } as never)
  )

const add = call("c1", "add", { a: 1, b: 2 })

const typesIn = ({ content }: { readonly content: unknown }) =>
  (content as ReadonlyArray<{ readonly type: string }>).map(({ type }) => type)

describe.each(ways)("a picture in an answer %s", (_, ask) => {
  it.effect.each<readonly [vendor: string, mediaType: string, sent: ReadonlyArray<string>]>([
    ["google", "image/png", ["file", "text", "tool-call"]],
    ["google", "image/jpeg", ["text", "tool-call"]],
    ["openrouter", "image/png", ["text", "tool-call"]],
    ["anthropic", "image/png", ["text", "tool-call"]]
  ])(
    "of %s, as %s, is kept, and sent back if the vendor accepts it",
    ([vendor, mediaType, sent]) =>
      Effect.gen(function*() {
        const run = yield* ask(painter, [painting(vendor, mediaType, ...block("Here."), add), text("Done.")])
        const { messages } = yield* run.exit
        expect(typesIn(messages[1]!)).toEqual(["file", "text", "tool-call"])
        const [file] = messages[1]!.content as unknown as [{ mediaType: string; data: Uint8Array }]
        expect([file.mediaType, Buffer.from(file.data).equals(bytes)]).toEqual([mediaType, true])
        const again = run.prompts[1]!.content.find(({ role }) => role === "assistant")!
        expect(typesIn(again)).toEqual(sent)
        expect(flaws(run)).toEqual([])
      }).pipe(Effect.provide(ArithmeticLive))
  )

  it.effect("becomes a note in captured content", () =>
    Effect.gen(function*() {
      const run = yield* ask(painter, [painting("google", "image/png")])
      yield* run.exit
      const outputs = run.spans.map(({ attributes }) => String(attributes["output_messages"]))
      const output = outputs.find((each) => each.includes("\"file\""))!
      expect(JSON.parse(output)[0].content[0].data).toEqual({
        kind: "image",
        media_type: "image/png",
        size: 1024,
        digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`
      })
      expect(JSON.stringify(run.spans)).not.toContain(bytes.toString("base64").slice(0, 60))
    }).pipe(Effect.provide(ArithmeticLive)))

  it.effect("that is the whole answer leaves no empty message to send", () =>
    Effect.gen(function*() {
      const first = yield* ask(painter, [painting("openrouter", "image/png")])
      const { messages } = yield* first.exit
      expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"])
      const next = {
        ...painter,
        run: (...[prompt, options]: Parameters<typeof painter.run>) =>
          painter.run(prompt, { ...options, history: messages }),
        stream: (...[prompt, options]: Parameters<typeof painter.stream>) =>
          painter.stream(prompt, { ...options, history: messages })
      }
      const second = yield* ask(next, [text("Done.")])
      yield* second.exit
      expect(second.prompts[0]!.content.map(({ role }) => role)).toEqual(["system", "user", "user"])
    }).pipe(Effect.provide(ArithmeticLive)))
})
