/**
 * What all agents have in common: their options, and how they are run.
 */
import type * as LanguageModel from "@effect/ai/LanguageModel"
import type * as Prompt from "@effect/ai/Prompt"
import type * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { AgentError } from "./AgentError.js"
import type { AgentEvent, RunResult } from "./AgentEvent.js"
import type { Budget } from "./Budget.js"
import type { CaptureContent } from "./model/content.js"
import type { Tools } from "./tools/looseToolkit.js"

/** The parts of an agent. */
export interface AgentOptions<AgentTools extends Tools> {
  /** The `agent` attribute of its `loom.run` spans. */
  readonly name: string
  /** The system message of every model call. */
  readonly instructions: string
  /** The tools that the model may call. Default: none. */
  readonly toolkit?: Toolkit.Toolkit<AgentTools> | undefined
  /** Turns after which a run ends with `interruptedReason: "max_turns"`, ≥ 1. Default 50. */
  readonly maxTurns?: number | undefined
  /** What a run may use. The budgets of the runs above it apply, too. Default: no limit. */
  readonly budget?: Budget | undefined
  /** How many tools of one turn run concurrently. Default `"unbounded"`. */
  readonly toolConcurrency?: number | "unbounded" | undefined
  /** A tool that takes longer is interrupted, and the model receives an error. Default: no limit. */
  readonly toolTimeout?: Duration.DurationInput | undefined
  /** Retries of a model call that fails with a transient error, ≥ 0. Default 2. */
  readonly modelRetries?: number | undefined
  /** Whether prompts, completions, tool arguments and results become attributes. Default `"none"`. */
  readonly captureContent?: CaptureContent | undefined
}

/** Options of one run. */
export interface RunOptions {
  /** Set as `user_id` on every span and metric of the run. Default: the user of the run above. */
  readonly userId?: string | undefined
  /** Set as `session_id` on every span. Default: the session of the run above, else the run's own id. */
  readonly sessionId?: string | undefined
  /** The conversation so far, such as `messages` of an earlier result. */
  readonly history?: Prompt.RawInput | undefined
}

/** What these tools require from the context. */
export type ToolNeeds<AgentTools extends Tools> =
  | Tool.HandlersFor<AgentTools>
  | Tool.Requirements<AgentTools[keyof AgentTools]>

/** An agent; `R` is what its tools require. It is stateless: any number of runs may be in progress. */
export interface Agent<out R = never> {
  /** As given, and as in `agent` on its `loom.run` spans. */
  readonly name: string
  /** Runs until the model is done. Tool errors never fail the run; only the model can. */
  readonly run: (
    prompt: Prompt.RawInput,
    options?: RunOptions
  ) => Effect.Effect<RunResult, AgentError, LanguageModel.LanguageModel | R>
  /** Runs, and emits what happens. Abandoning the stream interrupts the run. */
  readonly stream: (
    prompt: Prompt.RawInput,
    options?: RunOptions
  ) => Stream.Stream<AgentEvent, AgentError, LanguageModel.LanguageModel | R>
}
