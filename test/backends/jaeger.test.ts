/**
 * A request through two services, as shown by the query API of a real Jaeger.
 */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { describeWith } from "./installed.js"
import { type Jaeger, jaeger, type JaegerSpan, search, services, traceOf } from "./jaeger.js"
import { answerAndSend, type Answered, score } from "./office.js"
import { printTable } from "./printed.js"
import { eventually, NotInTimeError } from "./server.js"
import { identity, model } from "./supervised.js"

interface Shown extends Answered {
  readonly jaeger: Jaeger
  readonly trace: ReadonlyArray<JaegerSpan>
}

class Run extends Context.Tag("Run")<Run, Shown>() {}

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const running = yield* jaeger
    const answered = yield* answerAndSend((service) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: running.endpoint,
      OTEL_METRICS_EXPORTER: "none",
      OTEL_SERVICE_NAME: service
    }))
    const trace = yield* eventually(Effect.filterOrFail(
      traceOf(running, answered.spans[0]!.traceId),
      (spans) => spans.length >= answered.spans.length,
      (spans) => new NotInTimeError({ what: `Jaeger has ${spans.length} of ${answered.spans.length} spans` })
    ))
    return { ...answered, jaeger: running, trace }
  })
)

const byId = <A extends { readonly spanId: string }>(spans: ReadonlyArray<A>): ReadonlyArray<A> =>
  spans.toSorted((a, b) => a.spanId < b.spanId ? -1 : 1)

const kinds: { readonly [name: string]: string } = {
  "POST /articles": "client",
  answer: "server",
  "loom.model.stream": "client"
}

const sumOf = (spans: ReadonlyArray<{ readonly [tag: string]: unknown }>, tag: string): number =>
  spans.reduce((sum, span) => sum + Number(span[tag] ?? 0), 0)

describeWith("jaeger", "Jaeger, after a request through two services", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect("knows both services", () =>
      Effect.gen(function*() {
        const { jaeger } = yield* Run
        expect((yield* services(jaeger)).toSorted()).toEqual(["gateway", "office"])
      }))

    it.effect("shows one trace with the same spans under the same parents as were recorded in memory", () =>
      Effect.gen(function*() {
        const { spans, trace } = yield* Run
        const recorded = byId(spans)
        const shown = byId(trace)
        expect(shown.map(({ name, parentId, service, spanId, traceId }) => [service, name, traceId, spanId, parentId]))
          .toEqual(recorded.map((
            { name, parentSpanId, service, spanId, traceId }
          ) => [service, name, traceId, spanId, parentSpanId ?? undefined]))
        expect(trace.filter(({ parentId }) => parentId === undefined).map(({ name }) => name)).toEqual([
          "POST /articles"
        ])
        // Jaeger stores microseconds.
        const apart = shown.map(({ duration }, index) => Math.abs(duration / 1000 - recorded[index]!.durationMs))
        expect(Math.max(...apart)).toBeLessThanOrEqual(0.001)
        expect(trace.flatMap(({ warnings }) => warnings)).toEqual([])
      }))

    it.effect("shows the kind of each span", () =>
      Effect.gen(function*() {
        const { trace } = yield* Run
        expect(trace.map(({ name, tags }) => [name, tags["span.kind"]])).toEqual(
          trace.map(({ name }) => [name, kinds[name] ?? "internal"])
        )
      }))

    it.effect("marks only the failed spans as errors", () =>
      Effect.gen(function*() {
        const { spans, trace } = yield* Run
        const failed = trace.filter(({ tags }) => "error" in tags)
        printTable("Jaeger: failed and interrupted spans", ["span", "error", "status", "error.type", "loom.outcome"], [
          ...trace.filter(({ tags }) => "error" in tags || "loom.outcome" in tags).map(({ name, tags }) => [
            name,
            String(tags["error"] ?? ""),
            String(tags["otel.status_description"] ?? ""),
            String(tags["error.type"] ?? ""),
            String(tags["loom.outcome"] ?? "")
          ])
        ])
        const expected = spans.filter(({ outcome }) => outcome === "failure").map(({ spanId }) => spanId).toSorted()
        expect(expected).toHaveLength(2)
        expect(failed.map(({ spanId }) => spanId).toSorted()).toEqual(expected)
        for (const { events, tags } of failed) {
          expect(tags["error"]).toBe(true)
          expect(tags["error.type"]).toBe(events.at(-1)!["exception.type"])
          expect(events.map(({ event }) => event)).toEqual(["exception"])
        }
      }))

    it.effect("shows aborted spans as interrupted, not as errors", () =>
      Effect.gen(function*() {
        const { spans, trace } = yield* Run
        const expected = spans.filter(({ outcome }) => outcome === "interrupted").map(({ spanId }) => spanId).toSorted()
        const interrupted = trace.filter(({ tags }) => tags["loom.outcome"] === "interrupted")
        expect(interrupted.map(({ spanId }) => spanId).toSorted()).toEqual(expected)
        expect(new Set(interrupted.map(({ name }) => name))).toEqual(new Set(["loom.run", "loom.turn", "loom.tool"]))
        expect(interrupted.filter(({ tags }) => "error" in tags)).toEqual([])
      }))

    it.effect("has the tokens and the cost of each call once", () =>
      Effect.gen(function*() {
        const { spans, trace } = yield* Run
        const calls = trace.map(({ tags }) => tags).filter((tags) => "gen_ai.usage.input_tokens" in tags)
        const recorded = spans.filter(({ name }) => name === "loom.model.stream").map(({ attributes }) => attributes)
        const total = (tag: string, attribute: string) => [sumOf(calls, tag), sumOf(recorded, attribute)] as const
        const rows = [
          ["gen_ai.usage.input_tokens", ...total("gen_ai.usage.input_tokens", "tokens_in")],
          ["gen_ai.usage.output_tokens", ...total("gen_ai.usage.output_tokens", "tokens_out")],
          ["cost_usd", ...total("cost_usd", "cost_usd")]
        ] as const
        printTable("Jaeger: usage", ["tag", "sum", "in memory"], rows)
        expect(calls).toHaveLength(recorded.length)
        for (const [, shown, expected] of rows) {
          expect(expected).toBeGreaterThan(0)
          expect(shown).toBeCloseTo(expected, 12)
        }
        expect(new Set(calls.map((tags) => tags["gen_ai.request.model"]))).toEqual(new Set([model]))
      }))

    it.effect("shows user and session on every span of the office", () =>
      Effect.gen(function*() {
        const { trace } = yield* Run
        const office = trace.filter(({ service }) => service === "office")
        expect(new Set(office.map(({ tags }) => `${tags["user.id"]} ${tags["session.id"]}`))).toEqual(
          new Set([`${identity.userId} ${identity.sessionId}`])
        )
      }))

    it.effect("has the score as an event of its span", () =>
      Effect.gen(function*() {
        const { trace } = yield* Run
        const scored = trace.filter(({ events }) => events.some(({ event }) => event === "gen_ai.evaluation.result"))
        expect(scored.map(({ name }) => name)).toEqual(["answer"])
        expect(scored[0]!.events[0]).toMatchObject({
          "gen_ai.evaluation.name": score.name,
          "gen_ai.evaluation.score.value": score.value,
          "gen_ai.evaluation.score.label": score.label,
          "gen_ai.evaluation.explanation": score.explanation
        })
      }))

    it.effect.each([
      { "user.id": identity.userId },
      { "session.id": identity.sessionId },
      { "gen_ai.agent.name": "editor" },
      { "gen_ai.tool.name": "search" },
      { "error.type": "UnknownWorkerError" },
      { "loom.outcome": "interrupted" }
    ])("finds the trace by the tag %j", (tags) =>
      Effect.gen(function*() {
        const { jaeger, spans } = yield* Run
        expect(yield* search(jaeger, "office", tags)).toEqual([spans[0]!.traceId])
      }))

    it.effect("finds no trace by a tag that no span has", () =>
      Effect.gen(function*() {
        const { jaeger } = yield* Run
        expect(yield* search(jaeger, "office", { "user.id": "nobody" })).toEqual([])
      }))
  })
})
