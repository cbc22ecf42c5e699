/**
 * Reads the results of experiments back from traces.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as TraceFile from "../readers/TraceFile.js"
import type { DecodedSpan } from "../records/wire/span.js"
import { type CaseResult, type CaseScore, caseSpan } from "./CaseResult.js"
import { type ExperimentResult, resultOf } from "./summary.js"

/** Which results to read. */
export interface ReadResults {
  /** Only this experiment. Default: all. */
  readonly name?: string
  /** The seed of the resampling for confidence intervals. Default 1. */
  readonly seed?: number
}

interface RecordedCase {
  readonly experiment: string
  readonly result: Omit<CaseResult, "scores">
  /** How many scores it should have. */
  readonly scorers: number
}

const text = (value: unknown): string | null => typeof value === "string" ? value : null
const number = (value: unknown): number | null => typeof value === "number" ? value : null

const recordedCase = (
  { attributes, durationMs, exception, name, outcome, traceId }: DecodedSpan
): RecordedCase | undefined => {
  const { agent_version, case_id, cost_usd, experiment, repetition, scorers, tokens_in, tokens_out } = attributes
  return name !== caseSpan || typeof case_id !== "string" || typeof experiment !== "string" || outcome === "interrupted"
    ? undefined
    : {
      experiment,
      scorers: number(scorers) ?? 0,
      result: {
        caseId: case_id,
        repetition: number(repetition) ?? 0,
        outcome,
        output: undefined,
        error: exception,
        durationMs,
        tokensIn: number(tokens_in) ?? 0,
        tokensOut: number(tokens_out) ?? 0,
        costUsd: number(cost_usd),
        agentVersion: text(agent_version),
        traceId
      }
    }
}

/**
 * Reads the experiments in a trace file, in the order in which they started. Leaves out cases that were interrupted, or whose scorers were. If a case
 * ran more than once, the last result counts. Scores that were added to a case later, such as feedback, count too.
 *
 * @example
 * const [earlier] = yield* Experiment.results(fs.stream("traces.jsonl"), { name: "capitals" })
 * yield* Experiment.run({ ...options, done: earlier?.cases ?? [] })
 */
export const results = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  { name, seed = 1 }: ReadResults = {}
): Effect.Effect<ReadonlyArray<ExperimentResult>, E, R> =>
  Effect.suspend(() => {
    const found = new Map<string, RecordedCase>()
    const scores = new Map<string, Array<CaseScore>>()
    return TraceFile.records(bytes).pipe(
      Stream.runForEach((record) =>
        Effect.sync(() => {
          if (record.kind === "score") {
            const { traceId } = record.score
            const known = scores.get(traceId) ?? []
            known.push(plainScore(record.score))
            scores.set(traceId, known)
          } else if (record.kind === "span") {
            const next = recordedCase(record.span)
            if (next !== undefined && (name === undefined || next.experiment === name)) {
              found.set(record.span.traceId, next)
            }
          }
        })
      ),
      Effect.mapBoth({ onSuccess: () => experimentsOf(found, scores, seed), onFailure: (error) => error as E })
    )
  })

const experimentsOf = (
  found: ReadonlyMap<string, RecordedCase>,
  scores: ReadonlyMap<string, ReadonlyArray<CaseScore>>,
  seed: number
): ReadonlyArray<ExperimentResult> => {
  const experiments = new Map<string, Map<string, CaseResult>>()
  for (const [traceId, { experiment, result, scorers }] of found) {
    const own = scores.get(traceId) ?? []
    if (own.length >= scorers) {
      const cases = experiments.get(experiment) ?? new Map<string, CaseResult>()
      experiments.set(experiment, cases)
      cases.set(`${result.repetition} ${result.caseId}`, { ...result, scores: own })
    }
  }
  return Array.from(experiments, ([name, cases]) => {
    const all = [...cases.values()]
    const scorers = new Set(all.flatMap((each) => each.scores.map((score) => score.name)))
    return resultOf({ name, cases: all, scorers: [...scorers], seed })
  })
}

const plainScore = ({ explanation, label, name, source, value }: CaseScore): CaseScore => ({
  name,
  value,
  label,
  explanation,
  source
})
