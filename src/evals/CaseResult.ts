/**
 * The result of one case of an experiment, and its attributes on the case's span, from which it can be read back from any sink's file.
 */
import type { ScoreSource } from "../records/ScoreRecord.js"

/** The root span of a case's trace. */
export const caseSpan = "experiment.case"

/** The root span of the trace of a case's scorers. */
export const scoringSpan = "experiment.scoring"

/** Attributes of the case's span. */
export interface CaseAttributes {
  readonly experiment: string
  readonly case_id: string
  /** Counts from 0. */
  readonly repetition: number
  /** The agent version that answered: as given, or those of the agents that ran. */
  readonly agent_version?: string | undefined
  readonly tokens_in?: number | undefined
  readonly tokens_out?: number | undefined
  readonly cost_usd?: number | undefined
  /** How many scorers judge it; absent if the task failed. */
  readonly scorers?: number | undefined
}

/** The label of a score whose scorer failed. */
export const errorLabel = "error"

/** One score of a case. */
export interface CaseScore {
  /** The name of the scorer. */
  readonly name: string
  /** Finite; `null` if there is only a label. */
  readonly value: number | null
  /** `error` if the scorer failed. */
  readonly label: string | null
  /** The reason; `null` if none is given. */
  readonly explanation: string | null
  /** Who judged. */
  readonly source: ScoreSource
}

/** One repetition of one case. */
export interface CaseResult<out Output = unknown> {
  /** The `id` of the case. */
  readonly caseId: string
  /** Counts from 0. */
  readonly repetition: number
  /** `failure` if the task failed, died, interrupted itself or took too long. */
  readonly outcome: "success" | "failure"
  /** What the task returned; `undefined` if it failed, or if the result was read from a file. */
  readonly output: Output | undefined
  /** `Name: message` of the failure; `null` after a success. */
  readonly error: string | null
  /** One per scorer, in their order; empty if the task failed. */
  readonly scores: ReadonlyArray<CaseScore>
  /** Elapsed milliseconds of the task, ≥ 0. */
  readonly durationMs: number
  /** All input tokens of the task. */
  readonly tokensIn: number
  /** All output tokens of the task. */
  readonly tokensOut: number
  /** US dollars; `null` if no price is known. */
  readonly costUsd: number | null
  /** The agent version that answered: as given, or a digest of the agent's name, instructions, tools and model; `null` if no agent ran. */
  readonly agentVersion: string | null
  /** The trace of the task; `null` if nothing records. */
  readonly traceId: string | null
}
