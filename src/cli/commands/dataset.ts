/**
 * `dataset add`: selects traces and appends each as a case to a dataset.
 *
 * Adds all selected traces or none: if a trace cannot become a case, the error names it and says what to do.
 */
import * as Effect from "effect/Effect"
import { caseOfTrace, type NoCase, printCase, remedyOf, type TraceCase } from "../../readers/TraceCase.js"
import { nodes, scoresOn, type Trace } from "../../readers/TraceTree.js"
import { escapeText } from "../../records/terminal/escape.js"
import { redacted } from "../../records/text.js"
import { command } from "../command.js"
import { type Failure, IoError, UsageError } from "../Failure.js"
import { datasetIds } from "../input/datasetIds.js"
import { orderedTracesOf } from "../input/ordered.js"
import { spanCondition, spanOptions } from "../input/spanSelection.js"
import { inSteps } from "../input/steps.js"
import { text, type Values, wholeNumber } from "../options.js"
import { appendLines } from "../output/appendLines.js"
import { terminalSafe } from "../output/document.js"
import { plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"

const options = {
  ...spanOptions,
  expected: { type: text("TEXT"), description: "The expected answer, when adding a single trace" },
  "expect-answer": { description: "Use the recorded answer as the expected one" },
  limit: { type: wholeNumber, default: "100", description: "Add at most N cases; 0 adds all" }
} as const

type Given = Values<typeof options>

/** At most this many problems are listed. */
const mostNamed = 5

class Problems {
  count = 0
  private readonly named: Array<string> = []

  note(traceId: string, problem: NoCase): void {
    this.count++
    if (this.named.length < mostNamed) {
      this.named.push(`trace ${traceId} ${remedyOf(problem)}`)
    }
  }

  get error(): IoError {
    const more = this.count > mostNamed ? ` … and ${plural(this.count - mostNamed, "more trace")}` : ""
    return new IoError({ message: `nothing was added: ${this.named.join("; ")}${more}` })
  }
}

interface Picked {
  /** The first ones that are not in the dataset yet. */
  readonly taken: ReadonlyArray<TraceCase>
  readonly cases: number
  /** Cases that were in the dataset already. */
  readonly known: number
  /** Traces without an agent run. */
  readonly others: number
}

/**
 * Picks the cases from these traces, at most `limit`; 0 picks all. Traces without an agent run are skipped, but fail if there are no others.
 */
const picked = (
  traces: Iterable<Trace>,
  isKnown: (id: string) => boolean,
  limit: number
): Effect.Effect<Picked, IoError> =>
  Effect.gen(function*() {
    const taken: Array<TraceCase> = []
    const [problems, withoutInput] = [new Problems(), new Problems()]
    let [cases, known] = [0, 0]
    yield* inSteps(traces, (trace) => {
      const found = caseOfTrace(trace)
      if (typeof found === "string") {
        problems.note(trace.traceId, found)
        if (found === "no-input") {
          withoutInput.note(trace.traceId, found)
        }
      } else {
        cases++
        if (isKnown(found.id)) {
          known++
        } else if (limit === 0 || taken.length < limit) {
          taken.push(found)
        }
      }
    })
    const { count, error } = cases === 0 ? problems : withoutInput
    return count > 0 ? yield* error : { taken, cases, known, others: problems.count }
  })

/** Selects traces of which one span meets all conditions. */
const selecting = (given: Given): (trace: Trace) => boolean => {
  const isWanted = spanCondition(given)
  return (trace) => {
    for (const { node } of nodes(trace.roots)) {
      if (isWanted(node, scoresOn(trace, node))) {
        return true
      }
    }
    return false
  }
}

const selected = function*(given: Given, traces: Iterable<Trace>): Generator<Trace> {
  const isSelected = selecting(given)
  for (const trace of traces) {
    if (isSelected(trace)) {
      yield trace
    }
  }
}

const lineOf = ({ id, input, output }: TraceCase, given: Given): string =>
  printCase({
    id,
    input,
    ...(given.expected !== undefined
      ? { expected: given.expected }
      : given["expect-answer"] && output !== undefined
      ? { expected: output }
      : {})
  })

/** Whether part of the input was truncated or redacted, so that the case asks less than the trace did. */
const isPart = ({ input }: TraceCase): boolean => {
  const json = JSON.stringify(input) ?? ""
  return json.includes(redacted) || /…\[\+\d+ (?:chars|items|keys)\]/.test(json)
}

const flawOf = (given: Given, cases: number): string | undefined =>
  given.expected === undefined
    ? undefined
    : given["expect-answer"]
    ? "use either --expected or --expect-answer"
    : cases > 1
    ? `--expected is for a single trace, but ${cases} match: select one with --trace`
    : undefined

const add = (path: string, given: Given, files: ReadonlyArray<string>): Effect.Effect<Added, Failure, Output> =>
  Effect.scoped(Effect.gen(function*() {
    const ids = yield* datasetIds(path)
    const { traces } = yield* orderedTracesOf(files, given.trace)
    const { cases, known, others, taken } = yield* picked(selected(given, traces), (id) => ids.has(id), given.limit)
    const flaw = flawOf(given, cases)
    if (flaw !== undefined) {
      return yield* new UsageError({ message: flaw })
    }
    const lines = taken.map((each) => lineOf(each, given)).join("")
    if (lines !== "") {
      yield* appendLines(path, lines)
    }
    return { lines, taken, known, left: cases - known - taken.length, others }
  }))

interface Added {
  readonly lines: string
  readonly taken: ReadonlyArray<TraceCase>
  /** Cases that were in the dataset already. */
  readonly known: number
  /** Cases beyond the limit. */
  readonly left: number
  readonly others: number
}

const remarksOf = ({ known, left, others, taken }: Added): ReadonlyArray<string> => [
  ...(known > 0 ? [`${plural(known, "case")} already in the dataset`] : []),
  ...(left > 0 ? [`${plural(left, "more case")} not added: --limit 0 adds all`] : []),
  ...(known + left + others + taken.length === 0 ? ["no trace meets the conditions"] : []),
  ...(others > 0 ? [`skipped ${plural(others, "trace")} without an agent run`] : []),
  ...taken.filter(isPart).map(({ id }) => `trace ${id}: part of the input was truncated or redacted; edit its case`)
]

export const dataset = command({
  name: "dataset",
  summary: "Add traces to a dataset as cases",
  details:
    "Appends one case for each trace in which a span meets all conditions: the agent's input, with the trace's id. " +
    "Without conditions, adds all traces of agents. Traces that are already in the dataset are not added again. The agent " +
    "must have been recorded with captureContent: \"attributes\".",
  arguments: [
    { name: "ACTION", description: "The action: add" },
    { name: "DATASET", description: "The dataset to append to, in JSON Lines; created if it does not exist" },
    { name: "FILE", description: "A trace file. Without a file, or with -, reads standard input", repeated: true }
  ],
  options,
  examples: [
    "dataset add --score \"feedback.thumbs=0\" cases.jsonl traces.jsonl",
    "dataset add --trace 0af7651916cd43dd --expected Paris cases.jsonl traces.jsonl",
    "dataset add --outcome failure --name loom.run cases.jsonl traces.jsonl"
  ],
  run: ({ files: [action, path, ...files], ...given }) =>
    Effect.gen(function*() {
      if (action !== "add") {
        return yield* new UsageError({ message: `unknown action ${JSON.stringify(action)}; valid: add` })
      }
      if (path === "-") {
        return yield* new UsageError({ message: "name the dataset to append to" })
      }
      const added = yield* add(path!, given, files)
      const { log, write } = yield* Output
      yield* write(
        given.json ? terminalSafe(added.lines) : `added ${plural(added.taken.length, "case")} to ${escapeText(path!)}\n`
      )
      yield* Effect.forEach(remarksOf(added), log, { discard: true })
    })
})
