/**
 * `export`: converts a trace file to the format of another tool.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as ChromeTrace from "../../readers/ChromeTrace.js"
import * as OtlpJson from "../../readers/OtlpJson.js"
import { Stacks, type Weight } from "../../readers/stacks.js"
import type { TraceEntry } from "../../readers/TraceEntry.js"
import { UsageByTrace } from "../../readers/usage/treeUsage.js"
import { command } from "../command.js"
import type { IoError, UsageError } from "../Failure.js"
import { entriesOf } from "../input/entries.js"
import { inputPaths, nameOf } from "../input/input.js"
import { orderedTracesOf } from "../input/ordered.js"
import { inSteps } from "../input/steps.js"
import { logBadLines } from "../input/summary.js"
import { choice, file, text } from "../options.js"
import type { Output } from "../output/Output.js"
import { pageOf } from "../output/page.js"
import { writePieces } from "../output/write.js"

type Pieces = Stream.Stream<string, IoError | UsageError, Output>

export const service = {
  type: text("NAME"),
  default: "unknown_service",
  description: "The service.name of the exported data"
} as const

/** The OTLP/JSON requests, one signal each. */
export const otlpRequests = (
  paths: ReadonlyArray<string>,
  serviceName: string
): Stream.Stream<OtlpJson.OtlpRequest, IoError, Output> =>
  Stream.suspend(() => {
    const exporter = OtlpJson.exporter({ resource: { "service.name": serviceName } })
    const records = Stream.flatMap(Stream.fromIterable(paths), (path) => entriesOf(path))
    let bad = 0
    let torn = 0
    const take = (entry: TraceEntry): ReadonlyArray<OtlpJson.OtlpRequest> => {
      if (entry.kind === "record") {
        return exporter.add(entry.record)
      }
      bad++
      torn += entry.torn ? 1 : 0
      return []
    }
    return Stream.mapConcat(records, take).pipe(
      Stream.concat(Stream.suspend(() => Stream.fromIterable(exporter.end()))),
      Stream.concat(Stream.execute(Effect.suspend(() => logBadLines(bad, torn))))
    )
  })

const stacksOf = (paths: ReadonlyArray<string>, weight: Weight): Pieces =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const { masked, outside, traces } = yield* orderedTracesOf(paths)
    const stacks = new Stacks(weight)
    const usage = weight === "time" ? undefined : new UsageByTrace(outside, masked)
    yield* inSteps(traces, (trace) => stacks.add(trace, usage?.add(trace)))
    return Stream.map(Stream.fromIterable(stacks.lines(usage?.total())), (line) => `${line}\n`)
  }))

export const exporting = command({
  name: "export",
  summary: "Convert a file to the format of another tool",
  details:
    "Writes OTLP/JSON lines for an OpenTelemetry Collector, trace events for Perfetto and chrome://tracing, collapsed " +
    "stacks for flame graphs, or an HTML page.",
  options: {
    to: {
      type: choice("otlp", "chrome", "collapsed", "html"),
      required: true,
      description: "otlp: OTLP/JSON, one request per line. chrome: trace events. collapsed: stacks. html: an HTML page"
    },
    out: { short: "o", type: file, description: "Output file; by default standard output" },
    weight: {
      type: choice("time", "tokens", "cost"),
      default: "time",
      description: "How stacks are weighted: self time in µs, tokens, or millionths of a dollar"
    },
    service
  },
  examples: [
    "export --to chrome -o trace.json traces.jsonl",
    "export --to collapsed --weight cost traces.jsonl > cost.folded",
    "export --to otlp --service my-agent traces.jsonl"
  ],
  run: (given) => {
    const paths = inputPaths(given.files)
    const products: { readonly [To in typeof given.to]: () => Pieces } = {
      otlp: () => Stream.map(otlpRequests(paths, given.service), ({ body }) => `${body}\n`),
      chrome: () =>
        Stream.unwrapScoped(Effect.map(orderedTracesOf(paths), (all) => Stream.fromIterable(ChromeTrace.pieces(all)))),
      collapsed: () => stacksOf(paths, given.weight),
      html: () => pageOf(paths, titleOf(paths))
    }
    return writePieces(products[given.to](), given.out, paths)
  }
})

export const titleOf = (paths: ReadonlyArray<string>): string =>
  paths.map((path) => nameOf(path).split("/").at(-1)).join(", ")
