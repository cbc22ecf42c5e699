/**
 * A case of a dataset, picked out of a trace: what its agent was asked, and what it answered.
 *
 * A dataset file has one case per line. The agent's content must have been captured; other producers' runs are recognised, too.
 */
import type { Trace, TraceNode } from "./tree/TraceNode.js"

/** What a trace says of a case. */
export interface TraceCase {
  /** The trace. */
  readonly id: string
  /** What the agent was asked: messages, or the text itself. */
  readonly input: unknown
  /** What it answered; `undefined` if it did not. */
  readonly output: string | undefined
}

/** Why a trace is no case: it has no run of an agent, or the content of the run was not captured. */
export type NoCase = "no-run" | "no-input"

/** One line of a dataset file. */
export interface CaseLine {
  readonly id: string
  readonly input: unknown
  readonly expected?: unknown
  readonly metadata?: { readonly [key: string]: unknown }
}

/** The outermost run of an agent, the first if there are several. */
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

/** The case that a trace is, or why it is none. */
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

/** What to do about a trace that is no case. */
export const remedyOf = (problem: NoCase): string =>
  problem === "no-run"
    ? "has no run of an agent, so there is nothing to ask again"
    : "does not say what its agent was asked; record the agent with captureContent: \"attributes\""

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
