/**
 * The fleet of docs/scale.md: the data delivered while one Collector of each row is killed and restarted.
 *
 * `LOOM_FLEET_SECONDS=600 LOOM_FLEET_USERS=3 npm run test:backends -- fleet` runs it for ten minutes.
 */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import type { OTelStats } from "loom-telemetry/otel"
import { type Counted, counted } from "./fleet/counted.js"
import { type Fleet, fleet } from "./fleet/fleet.js"
import { describeWith } from "./installed.js"
import { storedSpans } from "./jaeger.js"
import { printTable } from "./printed.js"
import { scalar } from "./prometheus.js"
import { eventually, NotInTimeError } from "./server.js"

/** The duration of the load; the default is short. */
const seconds = Number(process.env["LOOM_FLEET_SECONDS"] ?? 45)

/** Users per front process. */
const users = Number(process.env["LOOM_FLEET_USERS"] ?? 3)

class Run extends Context.Tag("Run")<Run, { readonly fleet: Fleet; readonly counted: Counted }>() {}

const RunLive = Layer.scoped(
  Run,
  Effect.map(fleet({ seconds, users }), (ran) => ({ fleet: ran, counted: counted(ran) }))
)

const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, each) => total + each, 0)

const report = ({ counted, fleet: { stats } }: Context.Tag.Service<Run>) => {
  const { delivered, duplicates, lost, partial, sampledOut, spans, traces, unwanted, wanted, whole } = counted
  const reasons = Object.keys(stats[0]!.dropped) as ReadonlyArray<keyof OTelStats["dropped"]>
  const rows: ReadonlyArray<readonly [what: string, spans: number | undefined, traces?: number]> = [
    ["emitted", spans, traces],
    ["accepted by the sinks", sum(stats.map(({ accepted }) => accepted))],
    ["written by the sinks", sum(stats.map(({ written }) => written))],
    ...reasons.map((reason) =>
      [`dropped by the sinks: ${reason}`, sum(stats.map((each) => each.dropped[reason]))] as const
    ),
    ["nothing failed: dropped by the samplers", sampledOut, traces - wanted.traces],
    ["something failed: to be kept", wanted.spans, wanted.traces],
    ["stored", delivered],
    ["stored again", duplicates],
    ["stored, although nothing failed", unwanted],
    ["missing", wanted.spans - (delivered - unwanted), wanted.traces - whole],
    ["in part, around the kill of the gateway", undefined, partial.gateway],
    ["in part, around the kill of the sampler", undefined, partial.sampler],
    ["lost, around the kill of the gateway", undefined, lost.gateway],
    ["lost, around the kill of the sampler", undefined, lost.sampler],
    ["in part or lost at any other time", undefined, partial.none + lost.none],
    ["whole", undefined, whole]
  ]
  printTable(
    `A fleet of eight processes: ${seconds} s, ${2 * users} users`,
    ["counted", "spans", "traces"],
    rows.map(([what, ...counts]) => [what, counts[0], counts[1]])
  )
}

describeWith(["collector", "jaeger", "prometheus"], "a fleet whose Collectors are killed one after the other", () => {
  layer(RunLive, { excludeTestServices: true, timeout: (seconds + 300) * 1000 })((it) => {
    it.effect("sends every recorded span, and its sinks drop none", () =>
      Effect.gen(function*() {
        const run = yield* Run
        report(run)
        const { counted: { spans }, fleet: { stats } } = run
        expect(sum(stats.map(({ accepted }) => accepted))).toBe(spans)
        expect(sum(stats.map(({ unsure, written }) => written + unsure))).toBe(spans)
        expect(stats.flatMap(({ dropped }) => Object.values(dropped)).filter((count) => count > 0)).toEqual([])
      }))

    it.effect("has traces that cross four kinds of processes", () =>
      Effect.gen(function*() {
        const { counted: { services, wanted } } = yield* Run
        expect(services).toBe(4)
        expect(wanted.traces).toBeGreaterThan(seconds / 10)
      }))

    it.effect("delivers whole traces, except those that were in a Collector when it was killed", () =>
      Effect.gen(function*() {
        const { counted: { lost, partial, wanted, whole } } = yield* Run
        expect(partial.none + lost.none).toBe(0)
        expect(whole + partial.gateway + partial.sampler + lost.gateway + lost.sampler).toBe(wanted.traces)
        expect(whole).toBeGreaterThan(wanted.traces / 2)
      }))

    it.effect("delivers nothing that the samplers should drop", () =>
      Effect.gen(function*() {
        const { counted: { unwanted } } = yield* Run
        expect(unwanted).toBe(0)
      }))

    it.effect("would detect a span delivered twice in Jaeger", () =>
      Effect.gen(function*() {
        const { fleet: { jaeger, stored } } = yield* Run
        const count = (spans: typeof stored) => spans.filter(({ spanId }) => spanId === stored[0]!.spanId).length
        const { name, service, spanId, start, traceId } = stored[0]!
        const again = {
          resourceSpans: [{
            resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
            scopeSpans: [{ spans: [{ traceId, spanId, name, startTimeUnixNano: `${start}000` }] }]
          }]
        }
        yield* Effect.promise(() =>
          fetch(`${jaeger.endpoint}/v1/traces`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(again)
          })
        )
        yield* eventually(Effect.filterOrFail(
          Effect.map(storedSpans(jaeger), count),
          (copies) => copies === count(stored) + 1,
          (copies) => new NotInTimeError({ what: `Jaeger shows the span ${copies} times` })
        ))
      }))

    it.effect("has every token in Prometheus, although a Collector in between was killed", () =>
      Effect.gen(function*() {
        const { counted: { tokens }, fleet: { prometheus } } = yield* Run
        expect(tokens).toBeGreaterThan(0)
        expect(yield* scalar(prometheus, "sum(last_over_time(loom_tokens_input_total[1h]))")).toBe(tokens)
      }))
  })
})
