/**
 * The queries of the Grafana dashboard, each run on a Prometheus that received the data the dashboard shows. Grafana itself is in no package
 * registry.
 */
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Telemetry } from "loom-telemetry"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
import { readFileSync } from "node:fs"
import { describeWith } from "./installed.js"
import { answer } from "./office.js"
import { printTable } from "./printed.js"
import { type Prometheus, prometheus, vector } from "./prometheus.js"
import { sentBy } from "./supervised.js"

interface Panel {
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: ReadonlyArray<{ readonly refId: string; readonly expr: string; readonly legendFormat: string }>
}

interface Variable {
  readonly name: string
  readonly allValue?: string
}

const dashboard: {
  readonly panels: ReadonlyArray<Panel>
  readonly templating: { readonly list: ReadonlyArray<Variable> }
} = JSON.parse(readFileSync(new URL("../../docs/grafana/agents.json", import.meta.url), "utf8"))

const targets = dashboard.panels.flatMap(({ targets, title }) => targets.map((target) => ({ title, ...target })))

/** The values that Grafana inserts for its variables. */
const filledIn = (query: string): string =>
  query.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "6h").replaceAll("$job", ".*")

class Run extends Context.Tag("Run")<Run, Prometheus>() {}

const failing = Agent.make({ name: "reader", instructions: "Read." }).run("Read this").pipe(
  Effect.provide(ScriptedModel.layer([{ error: new Error("The model is gone") }])),
  Effect.ignore
)

const RunLive = Layer.scoped(
  Run,
  Effect.gen(function*() {
    const running = yield* prometheus("created-timestamp-zero-ingestion")
    yield* Effect.forEach(
      Array.from({ length: 3 }),
      () => Effect.all([answer, failing, Effect.delay(Telemetry.flush, "400 millis")], { discard: true }),
      { discard: true }
    ).pipe(Effect.provide(sentBy({
      OTEL_TRACES_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: running.endpoint,
      OTEL_SERVICE_NAME: "office"
    })))
    return running
  })
)

describeWith("prometheus", "the dashboard in docs/grafana", () => {
  layer(RunLive, { excludeTestServices: true, timeout: "3 minutes" })((it) => {
    it.effect.each(targets.map((target) => [`${target.title} (${target.refId})`, target] as const))(
      "shows something in %s",
      ([title, { expr, legendFormat }]) =>
        Effect.gen(function*() {
          const shown = yield* vector(yield* Run, filledIn(expr))
          printTable(
            `Dashboard: ${title}`,
            ["legend", "value"],
            shown.map(({ labels, value }) => [
              legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => labels[name] ?? ""),
              value
            ])
          )
          expect(shown.length).toBeGreaterThan(0)
          expect(shown.filter(({ value }) => !Number.isFinite(value))).toEqual([])
          expect(Math.max(...shown.map(({ value }) => value))).toBeGreaterThan(0)
          // Each line of a legend has its own label.
          const names = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name!)
          expect(shown.filter(({ labels }) => names.some((name) => !labels[name]))).toEqual([])
        })
    )

    it.effect("counts failed runs, runs over their budget, and the cost of a user correctly", () =>
      Effect.gen(function*() {
        const running = yield* Run
        const of = (title: string) =>
          Effect.map(
            vector(running, filledIn(targets.find((target) => target.title === title)!.expr)),
            ([sample]) => sample!
          )
        // A request is seven runs: the editor's three, one aborted, one over its budget, one that remembers, and one that fails.
        // Prometheus slightly extrapolates each increase.
        expect((yield* of("Failed runs")).value).toBeCloseTo(1 / 7, 2)
        expect((yield* of("Cost by user")).labels["user_id"]).toBe("alice")
        expect((yield* of("Runs")).value / (yield* of("Runs ended by a budget")).value).toBeCloseTo(7, 0)
      }))

    it.effect("has only variables that it declares or that Grafana fills in", () =>
      Effect.sync(() => {
        const declared = dashboard.templating.list.map(({ name }) => name)
        const used = targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!))
        expect(new Set(used)).toEqual(new Set(["job", "__range", "__rate_interval"]))
        expect(declared).toContain("job")
      }))

    it.effect("has panels that do not overlap", () =>
      Effect.sync(() => {
        const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
          Array.from({ length: w * h }, (_, n) => `${x + n % w} ${y + Math.floor(n / w)}`)
        )
        expect(new Set(cells).size).toBe(cells.length)
        expect(dashboard.panels.filter(({ gridPos: { w, x } }) => x + w > 24)).toEqual([])
      }))
  })
})
