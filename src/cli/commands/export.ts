/**
 * `export`: a trace file in the form of another tool.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as ChromeTrace from "../../readers/ChromeTrace.js"
import * as CollapsedStacks from "../../readers/CollapsedStacks.js"
import * as OtlpJson from "../../readers/OtlpJson.js"
import type { TraceEntry } from "../../readers/TraceEntry.js"
import { common, described, files, working } from "../command.js"
import { type InputError } from "../Failure.js"
import { forestOf } from "../input/forest.js"
import { entriesOf, pathsOf } from "../input/input.js"
import { sayBad } from "../input/summary.js"
import type { Output } from "../output/Output.js"
import { pageOf } from "../output/page.js"
import { writePieces } from "../output/write.js"

type Pieces = Stream.Stream<string, InputError, Output>

const to = Options.choice("to", ["otlp", "chrome", "collapsed", "html"]).pipe(
  Options.withDescription("otlp: OTLP/JSON, a request a line. chrome: trace events. collapsed: stacks. html: a page")
)
const out = Options.optional(Options.withPseudoName(Options.text("out"), "FILE")).pipe(
  Options.withAlias("o"),
  Options.withDescription("The file to write; default is standard output")
)
const weight = Options.choice("weight", ["time", "tokens", "cost"]).pipe(
  Options.withDefault("time"),
  Options.withDescription("What stacks weigh: own time in µs (default), tokens, or millionths of a dollar")
)
const service = Options.withPseudoName(Options.text("service"), "NAME").pipe(
  Options.withDefault("unknown_service"),
  Options.withDescription("service.name of what goes to OpenTelemetry; default unknown_service")
)

/** Requests of OTLP/JSON, each of one signal. */
export const otlpRequests = (
  paths: ReadonlyArray<string>,
  serviceName: string
): Stream.Stream<OtlpJson.OtlpRequest, InputError, Output> =>
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
      Stream.concat(Stream.execute(Effect.suspend(() => sayBad(bad, torn))))
    )
  })

const ofForest = (
  paths: ReadonlyArray<string>,
  pieces: (forest: Effect.Effect.Success<ReturnType<typeof forestOf>>) => Iterable<string>
): Pieces => Stream.unwrap(Effect.map(forestOf(paths), (forest) => Stream.fromIterable(pieces(forest))))

const ended = function*(lines: Iterable<string>): Generator<string> {
  for (const line of lines) {
    yield `${line}\n`
  }
}

/** The command. */
export const exporting = Command.make(
  "export",
  { files, ...common, to, out, weight, service },
  (given) => {
    const paths = pathsOf(given.files)
    const products: { readonly [To in typeof given.to]: () => Pieces } = {
      otlp: () => Stream.map(otlpRequests(paths, given.service), ({ body }) => `${body}\n`),
      chrome: () => ofForest(paths, ChromeTrace.pieces),
      collapsed: () => ofForest(paths, (forest) => ended(CollapsedStacks.lines(forest, given.weight))),
      html: () => pageOf(paths, titleOf(paths))
    }
    return working(given, writePieces(products[given.to](), given.out))
  }
).pipe(Command.withDescription(described(
  "A file in the form of another tool",
  "OTLP/JSON lines for an OpenTelemetry Collector, trace events for Perfetto and chrome://tracing, collapsed " +
    "stacks for flame graphs, an HTML page.",
  [
    "export --to chrome -o trace.json traces.jsonl",
    "export --to collapsed --weight cost traces.jsonl > cost.folded",
    "export --to otlp --service my-agent traces.jsonl"
  ]
)))

/** What a page of these files is called. */
export const titleOf = (paths: ReadonlyArray<string>): string =>
  paths.map((path) => path === "-" ? "standard input" : path.split("/").at(-1) ?? path).join(", ")
