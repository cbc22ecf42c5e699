/**
 * What agents have in common, however they are made: their options and how they are run.
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

/** What an agent is made of. */
export interface AgentOptions<AgentTools extends Tools> {
  /** As on its `loom.run` spans. */
  readonly name: string
  /** The system message of every model call. */
  readonly instructions: string
  /** What the model may call. Default: nothing. */
  readonly toolkit?: Toolkit.Toolkit<AgentTools> | undefined
  /** Turns after which a run ends with `interruptedReason: "max_turns"`, ≥ 1. Default 50. */
  readonly maxTurns?: number | undefined
  /** What a run may use; a run above may have a budget of its own. Default: no limit. */
  readonly budget?: Budget | undefined
  /** How many tools of one turn run side by side. Default `"unbounded"`. */
  readonly toolConcurrency?: number | "unbounded" | undefined
  /** After this long a tool is interrupted and the model is told so. Default: no limit. */
  readonly toolTimeout?: Duration.DurationInput | undefined
  /** Attempts after the first for a model call that fails in a way that passes by itself, ≥ 0. Default 2. */
  readonly modelRetries?: number | undefined
  /** Whether prompts, completions, tool arguments and results become attributes. Default `"none"`. */
  readonly captureContent?: CaptureContent | undefined
}

/** What a run is given beside its prompt. */
export interface RunOptions {
  /** Put as `user_id` on every span and metric of the run. */
  readonly userId?: string | undefined
  /** Put as `session_id` on every span. Default: that of the run above, else the run's own id. */
  readonly sessionId?: string | undefined
  /** What was said before, such as `messages` of an earlier result. */
  readonly history?: Prompt.RawInput | undefined
}

/** What running these tools needs from the context. */
export type ToolNeeds<AgentTools extends Tools> =
  | Tool.HandlersFor<AgentTools>
  | Tool.Requirements<AgentTools[keyof AgentTools]>

/** An agent; `R` is what its tools need. It holds no state: any number of runs may be under way. */
export interface Agent<out R = never> {
  /** As given, and as on its `loom.run` spans. */
  readonly name: string
  /** Runs to the end. Failing tools do not fail it; a model that cannot be reached does. */
  readonly run: (
    prompt: Prompt.RawInput,
    options?: RunOptions
  ) => Effect.Effect<RunResult, AgentError, LanguageModel.LanguageModel | R>
  /** Runs and says what happens on the way. Abandoning the stream interrupts the run. */
  readonly stream: (
    prompt: Prompt.RawInput,
    options?: RunOptions
  ) => Stream.Stream<AgentEvent, AgentError, LanguageModel.LanguageModel | R>
}
