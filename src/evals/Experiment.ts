/**
 * Experiments: run a task for each case of a dataset, and score the outputs.
 *
 * Each case is a trace with its scores, in whatever sinks are provided. Nothing else is stored: `Experiment.results` reads the results back from the
 * file of the file sink, to compare two experiments or to continue an interrupted one.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { CurrentRun, RunMeter } from "../agent/run/RunMeter.js"
import { defaultLimits } from "../records/attributes.js"
import { elapsedMs } from "../records/instants.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { describe } from "../telemetry/tracing/outcome.js"
import {
  type CaseAttributes,
  type CaseResult,
  type CaseScore,
  caseSpan,
  errorLabel,
  scoringSpan
} from "./CaseResult.js"
import type { Case, Dataset } from "./Dataset.js"
import { type Progress, progressOf, terminalProgress } from "./progress.js"
import type { Scorer, Verdict } from "./Scorer.js"
import { type ExperimentResult, resultOf } from "./summary.js"

export { compare, type Comparison, type Difference } from "./compare.js"
export { type ReadResults, results } from "./results.js"
export type { ExperimentResult }
export type { Progress }

/** The parts of an experiment. */
export interface ExperimentOptions<Input, Output, Expected, E, R, RS> {
  /** Its name: `experiment` on the root of each case's trace. */
  readonly name: string
  /** The cases. */
  readonly dataset: Dataset<Input, Expected>
  /** What is evaluated: an agent's run, or any other effect. */
  readonly task: (input: Input, given: Case<Input, Expected>) => Effect.Effect<Output, E, R>
  /** What scores the outputs. Names must be unique. */
  readonly scorers: ReadonlyArray<Scorer<Input, Output, Expected, RS>>
  /** How many cases run concurrently, ≥ 1. Default 4. */
  readonly concurrency?: number | "unbounded" | undefined
  /** How often each case runs, ≥ 1. Default 1. */
  readonly repetitions?: number | undefined
  /** A task that takes longer fails. Default: no limit. */
  readonly caseTimeout?: Duration.DurationInput | undefined
  /** The version under test: `agent_version` on the root of each trace. Default: the versions of the agents that the task runs. */
  readonly agentVersion?: string | undefined
  /** Results to reuse instead of running their cases again, from an earlier, interrupted run of this experiment. Default: none. */
  readonly done?: ReadonlyArray<CaseResult> | undefined
  /** Called after each case. Default: prints a line on standard error if that is a terminal. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
  /** The seed of the resampling for confidence intervals. Default 1. */
  readonly seed?: number | undefined
}

/**
 * Runs the task for each case and scores what it returns. Never fails: a case that fails, dies or takes too long is a result, and so is a scorer that
 * fails. After an interruption, the sinks keep what was finished. Throws a `RangeError` naming the option if a number is invalid or two scorers share
 * a name.
 *
 * @example
 * const result = Experiment.run({
 *   name: "capitals",
 *   dataset,
 *   task: (question) => agent.run(question),
 *   scorers: [Scorer.contains({ ignoreCase: true })]
 * })
 */
export const run = <Input, Output, Expected, E, R, RS = never>(
  options: ExperimentOptions<Input, Output, Expected, E, R, RS>
): Effect.Effect<ExperimentResult<Output>, never, R | RS> => {
  refuseFaults(options)
  const { dataset, done = [], name, onProgress = terminalProgress(), repetitions = 1, scorers, seed = 1 } = options
  const known = new Map(done.map((result) => [keyOf(result.caseId, result.repetition), result]))
  const planned = dataset.cases.flatMap((each) =>
    Array.from({ length: repetitions }, (_, repetition) => ({ each, repetition }))
  )
  const progress = progressOf(name, planned.length, onProgress)
  return Effect.map(
    Effect.forEach(planned, ({ each, repetition }) => {
      const earlier = known.get(keyOf(each.id, repetition))
      const result: Effect.Effect<CaseResult<Output>, never, R | RS> = earlier === undefined
        ? runCase(options, each, repetition)
        // Outputs are not in the file, so this one has none.
        : Effect.succeed({ ...earlier, output: undefined })
      return Effect.tap(result, progress)
    }, { concurrency: options.concurrency ?? 4 }),
    (cases) => resultOf({ name, cases, scorers: scorers.map((scorer) => scorer.name), seed })
  )
}

const keyOf = (caseId: string, repetition: number): string => `${repetition} ${caseId}`

interface Checked extends
  Pick<
    ExperimentOptions<unknown, unknown, unknown, unknown, unknown, unknown>,
    "name" | "concurrency" | "repetitions"
  >
{
  readonly scorers: ReadonlyArray<{ readonly name: string }>
}

const refuseFaults = ({ concurrency = 4, name, repetitions = 1, scorers }: Checked): void => {
  if (name === "") {
    throw new RangeError("Experiment.run: an experiment needs a name")
  }
  if (!(Number.isInteger(repetitions) && repetitions >= 1)) {
    throw new RangeError(`Experiment.run: repetitions must be a whole number of at least 1, but is ${repetitions}`)
  }
  if (concurrency !== "unbounded" && !(Number.isInteger(concurrency) && concurrency >= 1)) {
    throw new RangeError(`Experiment.run: concurrency must be a whole number of at least 1, but is ${concurrency}`)
  }
  const twice = scorers.find((scorer, index) => scorers.findIndex((other) => other.name === scorer.name) !== index)
  if (twice !== undefined) {
    throw new RangeError(`Experiment.run: two scorers are named ${JSON.stringify(twice.name)}; give one another name`)
  }
}

interface Finished<Output, E> {
  readonly exit: Exit.Exit<Output, E | Cause.TimeoutException>
  readonly meter: RunMeter
  readonly durationMs: number
  readonly traceId: string | null
  readonly spanId: string | null
}

const runCase = <Input, Output, Expected, E, R, RS>(
  options: ExperimentOptions<Input, Output, Expected, E, R, RS>,
  each: Case<Input, Expected>,
  repetition: number
): Effect.Effect<CaseResult<Output>, never, R | RS> =>
  Effect.gen(function*() {
    const finished = yield* runTask(options, each, repetition)
    const { durationMs, exit, meter, traceId } = finished
    const scores = Exit.isSuccess(exit) ? yield* judge(options, each, exit.value, finished) : []
    return {
      caseId: each.id,
      repetition,
      outcome: Exit.isSuccess(exit) ? "success" : "failure",
      output: Exit.isSuccess(exit) ? exit.value : undefined,
      error: Exit.isSuccess(exit) ? null : errorText(exit.cause),
      scores,
      durationMs,
      tokensIn: meter.tokensIn,
      tokensOut: meter.tokensOut,
      costUsd: meter.costUsd,
      agentVersion: options.agentVersion ?? meter.agentVersion ?? null,
      traceId
    }
  })

const runTask = <Input, Output, Expected, E, R, RS>(
  { agentVersion, caseTimeout, name, scorers, task }: ExperimentOptions<Input, Output, Expected, E, R, RS>,
  each: Case<Input, Expected>,
  repetition: number
): Effect.Effect<Finished<Output, E>, never, R> =>
  Effect.gen(function*() {
    const startedAt = yield* Clock.currentTimeNanos
    // A case is not part of the run around the experiment: it has its own totals.
    const meter = new RunMeter(undefined, undefined, startedAt)
    const limited = (body: Effect.Effect<Output, E, R>): Effect.Effect<Output, E | Cause.TimeoutException, R> =>
      caseTimeout === undefined
        ? body
        : Effect.timeoutFail(body, {
          duration: caseTimeout,
          onTimeout: () => new Cause.TimeoutException(`the task took longer than ${Duration.format(caseTimeout)}`)
        })
    const ids: { traceId: string | null; spanId: string | null } = { traceId: null, spanId: null }
    const noteIds = Effect.map(Effect.option(Effect.currentSpan), (span) => {
      if (Option.isSome(span)) {
        ids.traceId = span.value.traceId
        ids.spanId = span.value.spanId
      }
    })
    const annotate = (isJudged: boolean): Effect.Effect<void> =>
      Telemetry.annotate({
        agent_version: agentVersion ?? meter.agentVersion,
        tokens_in: meter.tokensIn || undefined,
        tokens_out: meter.tokensOut || undefined,
        cost_usd: meter.costUsd ?? undefined,
        scorers: isJudged ? scorers.length : undefined
      })
    const attributes: CaseAttributes = { experiment: name, case_id: each.id, repetition }
    const exit = yield* noteIds.pipe(
      Effect.zipRight(limited(Effect.suspend(() => task(each.input, each)))),
      Effect.onExit((exit) => annotate(Exit.isSuccess(exit))),
      Telemetry.withSpan(caseSpan, { ...attributes }, { root: true }),
      Effect.provideService(CurrentRun, meter),
      // The task's own interruption is a result; if the experiment is interrupted, the next step is not reached.
      Effect.exit
    )
    const durationMs = elapsedMs(startedAt, yield* Clock.currentTimeNanos)
    return { exit, meter, durationMs, ...ids }
  })

/** Runs all scorers on an output, in a trace of their own, so that their cost is not part of the case. */
const judge = <Input, Output, Expected, E, R, RS>(
  { name, scorers }: ExperimentOptions<Input, Output, Expected, E, R, RS>,
  each: Case<Input, Expected>,
  output: Output,
  { traceId }: Finished<Output, E>
): Effect.Effect<ReadonlyArray<CaseScore>, never, RS> =>
  Effect.forEach(scorers, (scorer) => {
    const answer = { case: each, input: each.input, output, expected: each.expected }
    return Effect.exit(Effect.suspend(() => scorer.judge(answer))).pipe(
      Effect.map((exit) => scoreOf(scorer, exit)),
      Effect.tap(({ name, ...judgement }) =>
        traceId === null ? Effect.void : Telemetry.scoreOf({ traceId }, name, judgement)
      )
    )
  }).pipe(
    Telemetry.withSpan(scoringSpan, { experiment: name, judged_trace_id: traceId ?? undefined }, { root: true }),
    Effect.provideService(CurrentRun, undefined)
  )

const scoreOf = (
  { name, source }: Pick<Scorer, "name" | "source">,
  exit: Exit.Exit<Verdict, unknown>
): CaseScore => {
  const { explanation = null, label = null, value = null } = Exit.isSuccess(exit)
    ? exit.value ?? {}
    : failed(errorText(exit.cause))
  const isValid = value === null ? typeof label === "string" && label !== "" : Number.isFinite(value)
  return isValid
    ? { name, source, value, label, explanation }
    : {
      name,
      source,
      value: null,
      label: errorLabel,
      explanation: "the scorer returned neither a finite value nor a label"
    }
}

/** Some errors cannot be converted to text, such as objects without a prototype. */
const errorText = (cause: Cause.Cause<unknown>): string => describe(Cause.squash(cause), defaultLimits)

const failed = (explanation: string): Verdict => ({ value: null, label: errorLabel, explanation })
