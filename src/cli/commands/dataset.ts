/**
 * `dataset add`: picks traces out of files and appends each as a case to a dataset.
 *
 * All that are selected are added, or none is: a trace that cannot be a case is named, with what to do about it.
 */
import * as Effect from "effect/Effect"
import { caseOfTrace, type NoCase, printCase, remedyOf, type TraceCase } from "../../readers/TraceCase.js"
import { nodes, scoresOn, type Trace } from "../../readers/TraceTree.js"
import { escapeText } from "../../records/terminal/escape.js"
import { redacted } from "../../records/text.js"
import { command } from "../command.js"
import { type Failure, IoError, UsageError } from "../Failure.js"
import { datasetIds } from "../input/datasetIds.js"
import { forestOf, tracesWithId } from "../input/forest.js"
import { spanCondition, spanOptions } from "../input/spanSelection.js"
import { text, type Values, wholeNumber } from "../options.js"
import { appendLines } from "../output/appendLines.js"
import { terminalSafe } from "../output/document.js"
import { plural } from "../output/numbers.js"
import { Output } from "../output/Output.js"

const options = {
  ...spanOptions,
  expected: { type: text("TEXT"), description: "The right answer, if one trace is added" },
  "expect-answer": { description: "Expect what was answered" },
  limit: { type: wholeNumber, default: "100", description: "Add at most N cases; 0 adds all" }
} as const

type Given = Values<typeof options>

/** Problems that are named one by one. */
const mostNamed = 5

const problemOf = (found: ReadonlyArray<readonly [traceId: string, problem: NoCase]>): IoError => {
  const named = found.slice(0, mostNamed).map(([traceId, problem]) => `trace ${traceId} ${remedyOf(problem)}`)
  const more = found.length > mostNamed ? ` … and ${plural(found.length - mostNamed, "more trace")}` : ""
  return new IoError({ message: `nothing was added: ${named.join("; ")}${more}` })
}

interface Picked {
  readonly cases: ReadonlyArray<TraceCase>
  /** Traces without a run of an agent. */
  readonly others: number
}

/** The cases that these traces are. Traces of anything but agents are passed over, unless there is nothing else. */
const picked = (traces: ReadonlyArray<Trace>): Effect.Effect<Picked, IoError> => {
  const cases: Array<TraceCase> = []
  const problems: Array<readonly [string, NoCase]> = []
  for (const trace of traces) {
    const found = caseOfTrace(trace)
    if (typeof found === "string") {
      problems.push([trace.traceId, found])
    } else {
      cases.push(found)
    }
  }
  const isBad = cases.length === 0 ? problems : problems.filter(([, problem]) => problem === "no-input")
  return isBad.length > 0 ? problemOf(isBad) : Effect.succeed({ cases, others: problems.length })
}

/** Whether one of its spans meets all conditions. */
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

const selected = (given: Given, files: ReadonlyArray<string>) =>
  Effect.map(
    Effect.flatMap(forestOf(files), (forest) => tracesWithId(forest, given.trace)),
    (traces) => traces.filter(selecting(given))
  )

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

/** Whether something was taken out of what the agent was asked: the case asks for less than the trace did. */
const isPart = ({ input }: TraceCase): boolean => {
  const json = JSON.stringify(input) ?? ""
  return json.includes(redacted) || /…\[\+\d+ (?:chars|items|keys)\]/.test(json)
}

const flawOf = (given: Given, cases: ReadonlyArray<TraceCase>): string | undefined =>
  given.expected === undefined
    ? undefined
    : given["expect-answer"]
    ? "use either --expected or --expect-answer"
    : cases.length > 1
    ? `--expected is for one trace, and ${cases.length} were found: select one with --trace`
    : undefined

const add = (path: string, given: Given, files: ReadonlyArray<string>): Effect.Effect<Added, Failure, Output> =>
  Effect.gen(function*() {
    const known = yield* datasetIds(path)
    const { cases, others } = yield* picked(yield* selected(given, files))
    const flaw = flawOf(given, cases)
    if (flaw !== undefined) {
      return yield* new UsageError({ message: flaw })
    }
    const fresh = cases.filter(({ id }) => !known.has(id))
    const taken = given.limit > 0 ? fresh.slice(0, given.limit) : fresh
    const lines = taken.map((each) => lineOf(each, given)).join("")
    if (lines !== "") {
      yield* appendLines(path, lines)
    }
    return { lines, taken, known: cases.length - fresh.length, left: fresh.length - taken.length, others }
  })

interface Added {
  readonly lines: string
  readonly taken: ReadonlyArray<TraceCase>
  /** Cases that the dataset had already. */
  readonly known: number
  /** Cases beyond the limit. */
  readonly left: number
  readonly others: number
}

const remarksOf = ({ known, left, others, taken }: Added): ReadonlyArray<string> => [
  ...(known > 0 ? [`${plural(known, "case")} already there`] : []),
  ...(left > 0 ? [`${plural(left, "more case")} not added: --limit 0 adds all`] : []),
  ...(others > 0 ? [`passed over ${plural(others, "trace")} without a run of an agent`] : []),
  ...taken.filter(isPart).map(({ id }) => `trace ${id}: a part of what was asked was cut or redacted; edit its case`)
]

export const dataset = command({
  name: "dataset",
  summary: "Add traces to a dataset as cases",
  details:
    "Appends a case for each trace that has a span which meets all conditions: what its agent was asked, with the trace's id. " +
    "Without conditions all traces of agents are added. A trace that is in the dataset already is not added again. The agent " +
    "must have been recorded with captureContent: \"attributes\".",
  arguments: [
    { name: "ACTION", description: "add" },
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
