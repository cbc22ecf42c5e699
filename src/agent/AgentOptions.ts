/**
 * What all agents share: their options, and how to run them.
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
  /** The system message of every model call, as text or as a message with vendor options such as a cache breakpoint. */
  readonly instructions: string | Prompt.SystemMessage
  /** The tools that the model may call. Default: none. */
  readonly toolkit?: Toolkit.Toolkit<AgentTools> | undefined
  /** Turns after which a run ends with `interruptedReason: "max_turns"`, ≥ 1. Default 50. */
  readonly maxTurns?: number | undefined
  /** Limits on what a run may use. The budgets of its parent runs apply too. Default: no limit. */
  readonly budget?: Budget | undefined
  /** How many tools of one turn run concurrently. Default `"unbounded"`. */
  readonly toolConcurrency?: number | "unbounded" | undefined
  /** How many tool calls of one turn are executed at most, ≥ 0; the model receives an error for the rest. Default: no limit. */
  readonly maxToolCallsPerTurn?: number | undefined
  /**
   * A tool that takes longer is interrupted, and the model receives an error. A tool that cannot be interrupted is left running. Default: no limit.
   */
  readonly toolTimeout?: Duration.DurationInput | undefined
  /** Retries of a model call that fails with a transient error, ≥ 0. Default 2. */
  readonly modelRetries?: number | undefined
  /**
   * Whether the model streams its answers. Default `true`. Use `false` if the vendor's streams lose information, as those of Amazon Bedrock lose
   * usage: an answer then arrives as a single `TextDelta`.
   */
  readonly streaming?: boolean | undefined
  /**
   * Whether prompts, completions, tool arguments and results become attributes. Default `"none"`, unless a sink sets another default, as `OTelLive`
   * does from `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.
   */
  readonly captureContent?: CaptureContent | undefined
}

/** Options of one run. */
export interface RunOptions {
  /** Set as `user_id` on every span and metric of the run. Default: the parent run's user. */
  readonly userId?: string | undefined
  /** Set as `session_id` on every span. Default: the parent run's session, else the run's own id. */
  readonly sessionId?: string | undefined
  /** The conversation so far, such as `messages` of an earlier result. */
  readonly history?: Prompt.RawInput | undefined
}

/** Options of one streamed run. */
export interface StreamOptions extends RunOptions {
  /** Whether the stream includes the events of child runs, such as a supervisor's workers; their `path` is longer. Default `false`. */
  readonly workerEvents?: boolean | undefined
}

/**
 * What these tools require from the context: their handlers and the services they use. Spelled out, because editors would show the types of
 * `@effect/ai` by name, with all schemas inside, instead of their result.
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
  /** The given name, as in `agent` on its `loom.run` spans. */
  readonly name: string
  /** Runs until the model is done. Tool errors never fail the run; only the model can. */
  readonly run: (
    prompt: Prompt.RawInput,
    options?: RunOptions
  ) => Effect.Effect<RunResult, AgentError, LanguageModel.LanguageModel | R>
  /** Runs, and emits events as they happen. Abandoning the stream interrupts the run. */
  readonly stream: (
    prompt: Prompt.RawInput,
    options?: StreamOptions
  ) => Stream.Stream<AgentEvent, AgentError, LanguageModel.LanguageModel | R>
}
