/**
 * `loom-telemetry/agent`: agents on `@effect/ai` that are measured at every step.
 */
import "../records/requiresEffect3.js"

export { Agent } from "./Agent.js"
export { AgentError } from "./AgentError.js"
export type { AgentEvent, FinishReason, InterruptedReason, RunResult } from "./AgentEvent.js"
export type { Agent as AgentShape } from "./AgentOptions.js"
export type { AgentOptions, RunOptions, StreamOptions, ToolNeeds } from "./AgentOptions.js"
export { AutoExtract, type AutoExtractOptions } from "./AutoExtract.js"
export type { Budget } from "./Budget.js"
export { instrumentLanguageModel, type InstrumentOptions, instrumentToolkit } from "./instrument.js"
export { instrumentMcpClient, instrumentMcpServer } from "./mcp.js"
export { type Episode, type Fact, Memory, type MemoryService } from "./Memory.js"
export type { CaptureContent } from "./model/content.js"
export {
  type Price,
  type PricedCall,
  type PriceEntry,
  Pricing,
  type PricingService,
  PricingUnavailableError
} from "./Pricing.js"
export {
  ScriptedModel,
  type ScriptedModelOptions,
  type ScriptedModelService,
  type ScriptedToolCall,
  type ScriptedTurn,
  type ScriptedUsage,
  UnusedTurns
} from "./ScriptedModel.js"
export { Supervisor, type SupervisorOptions, type Workers } from "./Supervisor.js"
export type { MediaTokens, Usage } from "./Usage.js"
export { Workflow } from "./Workflow.js"
export type { AnyStep, StepError, StepFunction, StepInput, StepNeeds, StepOutput } from "./WorkflowStep.js"
export { AgentStoppedError } from "./WorkflowStep.js"
