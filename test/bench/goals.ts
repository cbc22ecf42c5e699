/**
 * The performance goals: what is compared with what, and the bound for the ratio.
 */

/** The results by question and case, such as `span.memory`: nanoseconds per operation, or the unit of the question. */
export type Results = ReadonlyMap<string, number>

/** One goal. */
export interface Goal {
  readonly what: string
  readonly against: string
  /** The cases whose ratio counts; without a second one, the value of the first. */
  readonly of: readonly [measured: string, baseline?: string]
  readonly goal: number
  /** `"most"`: the ratio may be at most the goal. */
  readonly bound: "most" | "least"
  readonly unit?: string
}

const atMost = (what: string, against: string, of: Goal["of"], goal: number, unit?: string): Goal => ({
  what,
  against,
  of,
  goal,
  bound: "most",
  ...(unit !== undefined && { unit })
})

const atLeast = (what: string, against: string, of: Goal["of"], goal: number): Goal => ({
  what,
  against,
  of,
  goal,
  bound: "least"
})

const effect = "Effect's span"

const counter = "the SDK's `counter.add`"

const printer = "`ConsoleSpanExporter`"

/** All goals, in the order in which they are printed. */
export const goals: ReadonlyArray<Goal> = [
  atMost("span in memory", effect, ["span.memory", "span.effect"], 0.45),
  atMost("span with `NoTelemetryLive`", effect, ["span.none", "span.effect"], 0.03),
  atMost("metric with `NoTelemetryLive`", "bare `Effect.sync`", ["span.noneMetric", "span.sync"], 2.5),
  atMost("a library's `Effect.withSpan`, in memory", effect, ["span.library", "span.effect"], 1.1),
  atMost("span to OpenTelemetry", "`NodeSdk` of `@effect/opentelemetry`", ["otel.ours", "otel.nodeSdk"], 0.35),
  atMost("span to OpenTelemetry", "the SDK without Effect", ["otel.ours", "otel.raw"], 2),
  atMost("four memory sinks", "one", ["fanOut.four", "fanOut.one"], 1.15),
  atMost("span in 1,000 fibers, in memory", effect, ["fibers.memory", "fibers.effect"], 0.6),
  atMost("span at depth 10,000", "at depth 100", ["depth.deep", "depth.shallow"], 2.5),
  atMost("metric in memory", counter, ["metric.memory", "otel.rawCounter"], 0.5),
  atMost("score in memory", "a metric with the same attributes", ["metric.score", "metric.inSpan"], 1.1),
  atMost("metric to OpenTelemetry", counter, ["otel.ourCounter", "otel.rawCounter"], 1.5),
  atMost("metric to your own OpenTelemetry SDK", counter, ["otel.givenCounter", "otel.rawCounter"], 1.5),
  atLeast("records per second, file", "asynchronous pino", ["file.ours", "file.pino"], 3),
  atLeast("records per second, file", "`JSON.stringify` alone", ["file.ours", "file.stringify"], 0.75),
  atMost("longest event loop stall, file at full load", "–", ["file.stall"], 5, "ms"),
  atMost("longest event loop turn, capturing a 4 MB picture", "–", ["agent.picture"], 20, "ms"),
  atMost("span to the console", printer, ["console.ours", "console.otel"], 0.35),
  atMost("its line alone", printer, ["console.line", "console.otel"], 0.15),
  atMost("bytes per span, in memory", "`InMemorySpanExporter`", ["bytes.ours", "bytes.otel"], 0.4),
  atMost("agent run, memory", "with `NoTelemetryLive`", ["agent.memory", "agent.none"], 1.1),
  atMost("agent run, file", "with `NoTelemetryLive`", ["agent.file", "agent.none"], 1.15),
  atMost("import of the root", "of `effect/Effect`", ["start.root", "start.effect"], 1.5),
  atMost("`loom-telemetry --help`", "`node -e 0`", ["start.help", "start.node"], 8),
  atLeast("`stats` of 100 MB, MB/s", "lines and `JSON.parse` alone", ["stats.ours", "stats.parse"], 1),
  atMost("span with four safe attributes", "with none", ["span.memory", "span.memoryNoAttributes"], 1.25),
  atMost("redaction of 1 MiB of hostile text", "1 MiB of prose", ["redaction.slow", "redaction.prose"], 3),
  atMost("the same, per character", "at 16 KiB", ["redaction.slow", "redaction.shortSlow"], 2),
  atMost("span with 1,000,000 attributes", "listing their keys", ["beyond.million", "beyond.listing"], 1.25)
]

/** The value reached for a goal; `undefined` if a case was not measured. */
export const reached = (goal: Goal, results: Results): number | undefined => {
  const measured = results.get(goal.of[0])
  const baseline = goal.of[1] === undefined ? 1 : results.get(goal.of[1])
  return measured === undefined || baseline === undefined ? undefined : measured / baseline
}

/** Whether a value meets the goal. */
export const isReached = (goal: Goal, value: number): boolean =>
  goal.bound === "most" ? value <= goal.goal : value >= goal.goal
