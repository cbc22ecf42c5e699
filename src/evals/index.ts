/**
 * `loom-telemetry/evals`: datasets, scorers, experiments and cassettes, for agents and anything else that can be run and judged.
 */
import "../records/requiresEffect3.js"

export type { CaseResult, CaseScore } from "./CaseResult.js"
export * as Cassette from "./Cassette.js"
export * as Dataset from "./Dataset.js"
export * as Experiment from "./Experiment.js"
export * as Scorer from "./Scorer.js"
export type { Estimate } from "./statistics.js"
