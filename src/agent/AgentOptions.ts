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
  /** The system message of every model call: its text, or a message with options of the vendor's, such as a cache breakpoint. */
  readonly instructions: string | Prompt.SystemMessage
  /** The tools that the model may call. Default: none. */
  readonly toolkit?: Toolkit.Toolkit<AgentTools> | undefined
  /** Turns after which a run ends with `interruptedReason: "max_turns"`, ≥ 1. Default 50. */
  readonly maxTurns?: number | undefined
  /** What a run may use. The budgets of the runs above it apply, too. Default: no limit. */
  readonly budget?: Budget | undefined
  /** How many tools of one turn run concurrently. Default `"unbounded"`. */
  readonly toolConcurrency?: number | "unbounded" | undefined
  /** How many tool calls of one turn are run, ≥ 0; the model receives an error for the others. Default: no limit. */
  readonly maxToolCallsPerTurn?: number | undefined
  /**
   * A tool that takes longer is interrupted, and the model receives an error. If the tool cannot be interrupted, it is left to end by itself.
   * Default: no limit.
   */
  readonly toolTimeout?: Duration.DurationInput | undefined
  /** Retries of a model call that fails with a transient error, ≥ 0. Default 2. */
  readonly modelRetries?: number | undefined
  /**
   * Whether the model streams its answers. Default `true`. Use `false` where streams lose what the vendor says, such as the usage of Amazon Bedrock:
   * an answer then arrives in one piece, as one `TextDelta`.
   */
  readonly streaming?: boolean | undefined
  /**
   * Whether prompts, completions, tool arguments and results become attributes. Default `"none"`, unless a sink was told otherwise: `OTelLive` by
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.
   */
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

/** Options of one streamed run. */
export interface StreamOptions extends RunOptions {
  /** Whether the stream has the events of the runs below, such as a supervisor's workers, too. Their `path` is longer. Default `false`. */
  readonly workerEvents?: boolean | undefined
}

/**
 * What these tools require from the context: their handlers and the services they use. Written out instead of with the types of `@effect/ai`, whose names editors
 * would show with all schemas inside, not their result.
 */
export type ToolNeeds<AgentTools extends Tools> = [
  {
    [Name in keyof AgentTools]:
      | (Tool.RequiresHandler<AgentTools[Name]> extends true ? Tool.Handler<AgentTools[Name]["name"]> : never)
      | (AgentTools[Name] extends Tool.Tool<infer _Name, infer Config, infer Services>
        ? Config["parameters"]["Context"] | Config["success"]["Context"] | Config["failure"]["Context"] | Services
        : never)
  }[keyof AgentTools]
] extends [infer Needs] ? Needs : never

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
    options?: StreamOptions
  ) => Stream.Stream<AgentEvent, AgentError, LanguageModel.LanguageModel | R>
}
