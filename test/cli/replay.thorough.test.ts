/**
 * `replay` sends to a local receiver that is down for a while, rejects requests, or accepts only a part.
 */
import { afterAll, beforeAll, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { expectHarmless, hostileMegabyte, hostileText } from "../hostileText.js"
import {
  accepting,
  answering,
  type Behaviour,
  firstly,
  noReceiver,
  type Receiver,
  receiver,
  resetting
} from "../otel/receiver.js"
import { documents, type Ended, loom } from "./command.js"
import { type Samples, samples } from "./samples.js"

let files: Samples
beforeAll(async () => {
  files = await samples()
}, 60_000)
afterAll(() => files.remove())

interface Sent {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
  readonly attributes: ReadonlyArray<{ readonly key: string }>
}

/** The spans of requests to `/v1/traces`, in the order of arrival. */
const spansOf = ({ requests }: Pick<Receiver, "requests">, from = 0): ReadonlyArray<Sent> =>
  requests.slice(from).filter(({ path }) => path.endsWith("/v1/traces")).flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body.toString()) as {
      readonly resourceSpans: ReadonlyArray<
        { readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<Sent> }> }
      >
    }
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
  })

/** The ids in the file. */
const recorded = (): ReadonlyArray<string> =>
  readFileSync(files.path("ours.jsonl"), "utf8").trimEnd().split("\n").flatMap((line) => {
    const { kind, span_id, trace_id } = JSON.parse(line) as { readonly [key: string]: string }
    return kind === "span" ? [`${trace_id}/${span_id}`] : []
  })

const ids = (spans: ReadonlyArray<Sent>): ReadonlyArray<string> =>
  spans.map(({ spanId, traceId }) => `${traceId}/${spanId}`)

const replaying = (behaviour: Behaviour, ...options: ReadonlyArray<string>) =>
  Effect.flatMap(receiver(behaviour), (to) =>
    Effect.map(
      Effect.promise(() => loom(["replay", "--json", "--endpoint", to.url, ...options, files.path("ours.jsonl")])),
      (ended) => [ended, to] as const
    ))

const tallied = (ended: Ended) => documents(ended)[0] as { readonly [key: string]: number }

const unavailable = answering(503, { "retry-after": "0" })

it.scopedLive(
  "sends every span once, with the recorded ids and the names that backends know",
  () =>
    Effect.gen(function*() {
      const [ended, to] = yield* replaying(accepting, "--header", "x-key: secret", "--service", "agent")
      expect(ended).toMatchObject({ code: 0, stderr: "" })
      const spans = spansOf(to)
      expect(ids(spans).toSorted()).toEqual(recorded().toSorted())
      expect(tallied(ended)).toMatchObject({ spans: recorded().length, measurements: 18, retries: 0, rejected: 0 })
      const keys = spans.filter(({ name }) => !name.startsWith("loom.turn")).flatMap((span) =>
        span.attributes.map(({ key }) => key)
      )
      expect(keys).toEqual(expect.arrayContaining(["gen_ai.request.model", "openinference.span.kind"]))
      expect(to.requests.map(({ headers }) => headers["x-key"])).toEqual(to.requests.map(() => "secret"))
      expect(to.requests[0]?.headers["content-type"]).toBe("application/json")
      expect(to.requests[0]?.body.toString()).toContain("\"agent\"")
    }),
  60_000
)

it.scopedLive(
  "loses nothing to a receiver that answers 503, 429 and breaks connections for a while",
  () =>
    Effect.gen(function*() {
      const failing: Behaviour = (request, response, count, socket) =>
        [unavailable, answering(429, { "retry-after": "0" }), resetting, answering(502), answering(504)][count % 5]!(
          request,
          response,
          count,
          socket
        )
      const [ended, to] = yield* replaying(firstly(5, failing, accepting), "--progress")
      expect(ended.code).toBe(0)
      expect(ended.stderr).toContain("waiting for 127.0.0.1")
      expect(ids(spansOf(to, 5)).toSorted()).toEqual(recorded().toSorted())
      expect(tallied(ended)).toMatchObject({ retries: 5, rejected: 0 })
    }),
  60_000
)

it.scopedLive("waits as long as the receiver asks", () =>
  Effect.gen(function*() {
    const times: Array<number> = []
    const [ended] = yield* replaying((request, response, count, socket) => {
      times.push(performance.now())
      return (count === 0 ? answering(503, { "retry-after": "1" }) : accepting)(request, response, count, socket)
    })
    expect(ended.code).toBe(0)
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990)
  }), 60_000)

it.scopedLive(
  "fails with 3 and the receiver's answer if it rejects a request permanently, without another attempt",
  () =>
    Effect.gen(function*() {
      const [ended, to] = yield* replaying(answering(400, {}, "no such \u001b[2Jtenant"))
      expect(ended).toMatchObject({ code: 3, stdout: "" })
      expect(ended.stderr).toContain("HTTP 400 Bad Request: no such \\e[2Jtenant")
      expect(to.requests).toHaveLength(1)
    }),
  60_000
)

it.scopedLive("fails with 3 if a part was rejected, and prints how many and why", () =>
  Effect.gen(function*() {
    const partial = JSON.stringify({ partialSuccess: { rejectedSpans: "2", errorMessage: "too old" } })
    const [ended] = yield* replaying(firstly(1, answering(200, {}, partial), accepting))
    expect(ended.code).toBe(3)
    expect(tallied(ended)).toMatchObject({ rejected: 2 })
    expect(ended.stderr).toContain("loom-telemetry: the receiver rejected 2 records: too old")
  }), 60_000)

it.live("gives up after --patience if there is no receiver", () =>
  Effect.gen(function*() {
    const url = yield* noReceiver
    const ended = yield* Effect.promise(() =>
      loom(["replay", "--endpoint", url, "--patience", "500ms", files.path("ours.jsonl")])
    )
    expect(ended).toMatchObject({ code: 3, stdout: "" })
    expect(ended.stderr).toContain("ECONNREFUSED")
  }), 60_000)

it.scopedLive("sends no faster than --rate", () =>
  Effect.gen(function*() {
    const times: Array<number> = []
    const [ended] = yield* replaying(
      (request, response, count, socket) => {
        times.push(performance.now())
        return accepting(request, response, count, socket)
      },
      "--rate",
      "40"
    )
    expect(ended.code).toBe(0)
    // The first request has all 22 spans; the measurements wait until that many could have been sent.
    expect(times).toHaveLength(2)
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(300)
  }), 60_000)

it.scopedLive(
  "prints the start of the receiver's answer on one line, without secrets",
  () =>
    Effect.gen(function*() {
      const partial = JSON.stringify({
        partialSuccess: { rejectedSpans: 1, errorMessage: hostileMegabyte.slice(0, 60_000) }
      })
      const answers: ReadonlyArray<readonly [Behaviour, expected: string]> = [
        [answering(400, {}, hostileMegabyte), "HTTP 400"],
        [answering(400, {}, JSON.stringify({ message: hostileText })), "HTTP 400"],
        [answering(302, { location: `https://alice:swordfish99@example.com` }, hostileText), "HTTP 302"],
        [answering(200, {}, partial), "the receiver rejected"],
        [firstly(1, answering(503, { "retry-after": "0" }, hostileText), answering(400)), "HTTP 400"]
      ]
      for (const [behaviour, expected] of answers) {
        const [ended] = yield* replaying(behaviour, "--progress")
        expect(ended.code).toBe(3)
        expect(ended.stderr).toContain(expected)
        ended.stderr.replaceAll("\r\u001b[K", "").trimEnd().split("\n").forEach(expectHarmless)
        expect(ended.stderr.length).toBeLessThan(3000)
      }
    }),
  120_000
)

it.scopedLive(
  "prints neither echoed headers nor the login and parameters of the address",
  () =>
    Effect.gen(function*() {
      const echoing: Behaviour = ({ headers }, response) => {
        response.writeHead(401).end(`unknown team ${String(headers["x-team"])}`)
      }
      const [ended] = yield* replaying(echoing, "--header", "x-team: plainword")
      expect(ended.stderr).toContain("HTTP 401 Unauthorized: unknown team <redacted>")
      const { stderr } = yield* Effect.promise(() =>
        loom(["replay", "--endpoint", "ftp://alice:swordfish99@example.com?key=plainword", files.path("ours.jsonl")])
      )
      expect(stderr).toContain("example.com")
      expect(stderr).not.toMatch(/alice|swordfish|plainword/)
    }),
  60_000
)

it.scopedLive(
  "sends the login in the address as basic authorization, and does not print it",
  () =>
    Effect.gen(function*() {
      const to = yield* receiver(firstly(1, accepting, answering(401)))
      for (const login of ["alice:sw%C3%B6rdfish", "al%zzice:"]) {
        const endpoint = to.url.replace("//", `//${login}@`)
        const ended = yield* Effect.promise(() => loom(["replay", "--endpoint", endpoint, files.path("ours.jsonl")]))
        expect(ended.code).toBe(3)
        expect(ended.stderr).toContain("HTTP 401 Unauthorized")
        expect(ended.stderr).not.toMatch(/alice|rdfish|al%zz/)
      }
      const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`
      expect([...new Set(to.requests.map(({ headers }) => headers.authorization))]).toEqual([
        basic("alice:swördfish"),
        basic("al%zzice:")
      ])
    }),
  60_000
)

it.scopedLive("gives up at once if another attempt would fail the same way", () =>
  Effect.gen(function*() {
    const to = yield* receiver()
    const ended = yield* Effect.promise(() =>
      loom(["replay", "--endpoint", to.url.replace("http:", "https:"), "--progress", files.path("ours.jsonl")])
    )
    expect(ended).toMatchObject({ code: 3, stdout: "" })
    expect(ended.stderr).toContain("did not accept the data")
    expect(ended.stderr).not.toContain("waiting for")
  }), 60_000)

it.scopedLive("does not wait for the end of an endless response", () =>
  Effect.gen(function*() {
    const endless: Behaviour = (_, response) => {
      response.writeHead(400).on("error", () => {})
      const more = () => void (response.writable && response.write("x".repeat(65_536), more))
      more()
    }
    const [ended] = yield* replaying(endless)
    expect(ended.stderr).toContain("HTTP 400 Bad Request: xxx")
    expect(ended.stderr.length).toBeLessThan(1000)
  }), 60_000)
