/**
 * Extracts a dataset case from a trace: what the agent was asked, and what it answered.
 *
 * A dataset file has one case per line. The agent's content must have been captured. Runs of other producers are recognised, too.
 */
import type { Trace, TraceNode } from "./tree/TraceNode.js"

/** The case found in a trace. */
export interface TraceCase {
  /** The id of the trace. */
  readonly id: string
  /** What the agent was asked: messages, or the text itself. */
  readonly input: unknown
  /** What it answered; `undefined` if there was no answer. */
  readonly output: string | undefined
}

/** Why a trace yields no case: it has no agent run, or the content of the run was not captured. */
export type NoCase = "no-run" | "no-input"

/** One line of a dataset file. */
export interface CaseLine {
  readonly id: string
  readonly input: unknown
  readonly expected?: unknown
  readonly metadata?: { readonly [key: string]: unknown }
}

/** The outermost agent run; the first if there are several. */
export const runIn = (roots: ReadonlyArray<TraceNode>): TraceNode | undefined => {
  for (let level = roots; level.length > 0; level = level.flatMap(({ children }) => children)) {
    const run = level.find(({ meaning }) => meaning.role === "run")
    if (run !== undefined) {
      return run
    }
  }
  return undefined
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The case of a trace, or the reason it has none. */
export const caseOfTrace = ({ roots, traceId }: Pick<Trace, "roots" | "traceId">): TraceCase | NoCase => {
  const run = runIn(roots)
  if (run === undefined) {
    return "no-run"
  }
  const { input, output } = run.meaning.attributes
  return typeof input === "string"
    ? { id: traceId, input: parsed(input), output: typeof output === "string" ? output : undefined }
    : "no-input"
}

/** Why a trace yields no case and what to do, as the end of a sentence about it. */
export const remedyOf = (problem: NoCase): string =>
  problem === "no-run"
    ? "has no agent run, so there is nothing to run again"
    : "does not contain the agent's input; record the agent with captureContent: \"attributes\""

/** A case as a line, with its newline. */
export const printCase = ({ expected, id, input, metadata }: CaseLine): string =>
  `${
    JSON.stringify({
      id,
      input,
      expected,
      ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata })
    })
  }\n`
