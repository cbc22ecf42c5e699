/**
 * `find`: the spans that meet all conditions.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { nodes, type TraceNode } from "../../readers/TraceTree.js"
import { nodeLine } from "../../readers/TreeView.js"
import { escapeText } from "../../records/escape.js"
import { described } from "../command.js"
import type { Quantities } from "../failIf/failIf.js"
import { judged, judgedOptions } from "../failIf/judged.js"
import { type UsageError } from "../Failure.js"
import { attribute, type Condition, ended, milliseconds, named, outcomes } from "../input/conditions.js"
import { forestOf, traceNamed } from "../input/forest.js"
import { jsonLine, spanDocument } from "../output/document.js"

const name = Options.optional(Options.withPseudoName(Options.text("name"), "NAME")).pipe(
  Options.withDescription("A name, with * for any text, or a regular expression between slashes")
)
const attr = Options.repeated(Options.withPseudoName(Options.text("attr"), "CONDITION")).pipe(
  Options.withDescription("key, key=value, key!=value, key>1 or key~regex; all given have to hold")
)
const longer = Options.optional(Options.withPseudoName(Options.text("longer-than"), "DURATION")).pipe(
  Options.withDescription("A duration such as 250ms or 1.5s; open spans have none")
)
const outcome = Options.optional(Options.choice("outcome", outcomes)).pipe(Options.withDescription("How it ended"))
const trace = Options.optional(Options.withPseudoName(Options.text("trace"), "ID")).pipe(
  Options.withDescription("Only the trace whose id begins like this")
)
const quantities: Quantities<number> = { found: { of: "whole", value: (found) => found } }

interface Given {
  readonly name: Option.Option<string>
  readonly attr: ReadonlyArray<string>
  readonly longer: Option.Option<string>
  readonly outcome: Option.Option<(typeof outcomes)[number]>
}

const conditionOf = (given: Given): Either.Either<Condition, UsageError> => {
  const longerThan = (text: string): Either.Either<Condition, UsageError> =>
    Either.map(
      milliseconds("--longer-than", text),
      (millis) => (node: TraceNode) => node.durationMs !== undefined && node.durationMs > millis
    )
  return Either.map(
    Either.all([
      ...Option.toArray(Option.map(given.name, named)),
      ...given.attr.map(attribute),
      ...Option.toArray(Option.map(given.longer, longerThan)),
      ...Option.toArray(Option.map(given.outcome, (how) => Either.right(ended(how))))
    ]),
    (conditions) => (node) => conditions.every((condition) => condition(node))
  )
}

/** The command. */
export const find = Command.make(
  "find",
  { ...judgedOptions, name, attr, longer, outcome, trace },
  (given) =>
    judged(given, quantities, (output) =>
      Effect.gen(function*() {
        const isMeant = yield* conditionOf(given)
        const traces = yield* traceNamed(yield* forestOf(given.files), Option.getOrUndefined(given.trace))
        let found = 0
        for (const { roots } of traces) {
          for (const { node } of nodes(roots)) {
            if (isMeant(node)) {
              found++
              yield* output.write(given.json ? jsonLine(spanDocument(node)) : text(node, output))
            }
          }
        }
        if (found === 0 && !given.json) {
          yield* output.write("Nothing was found.\n")
        }
        return found
      }))
).pipe(Command.withDescription(described(
  "The spans that meet all conditions",
  "A line each, which begins with the trace and span id. With --json a line of JSON for each. --fail-if knows " +
    "found.",
  [
    "find --name \"loom.tool\" --outcome failure traces.jsonl",
    "find --longer-than 2s --attr model=gpt-5 traces.jsonl",
    "find --attr \"tokens_in>10000\" --fail-if \"found > 0\" traces.jsonl"
  ]
)))

const text = (node: TraceNode, { color, width }: { readonly color: boolean; readonly width: number }): string => {
  const ids = `${escapeText(node.traceId).slice(0, 8)}/${escapeText(node.spanId)} `
  return `${ids}${nodeLine(node, 0, { color, width: Math.max(20, width - ids.length) })}\n`
}
