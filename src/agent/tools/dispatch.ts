/**
 * Runs one tool call: a `loom.tool` span, its metric, and a result for the model whatever happens.
 *
 * If a tool fails, does not exist, gets invalid parameters or takes too long, the model receives an error text. Only an interruption of the run
 * passes through. Each handler runs in its own fiber, so what it forks ends with it.
 */
import * as AiError from "@effect/ai/AiError"
import type * as Tool from "@effect/ai/Tool"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as ParseResult from "effect/ParseResult"
import * as RuntimeFlags from "effect/RuntimeFlags"
import * as Schema from "effect/Schema"
import { defaultLimits } from "../../records/attributes.js"
import { Loom, toolSpan } from "../../telemetry/Loom.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import { type CaptureContent, captured, jsonText } from "../model/content.js"
import type { ToolCall } from "../model/modelParts.js"
import type { LocalTool, Tools } from "./looseToolkit.js"

/** Why a tool call failed, and what is recorded of it: nothing of the call's parameters or results, which are content. */
const reasons = {
  UnknownTool: "there is no tool of that name",
  InvalidParameters: "the parameters do not fit the tool's schema",
  InvalidResult: "the result does not fit the tool's schema",
  TimedOut: "the tool did not answer in time",
  NoHandler: "the tool has no handler: provide the layer of its toolkit",
  ToolFailed: "the tool returned a failure",
  ModelCallFailed: "a model call of the tool failed"
} as const

/** A failed tool call. */
class ToolCallError extends Data.TaggedError("ToolCallError")<{
  readonly reason: keyof typeof reasons
  /** What the model receives. */
  readonly forModel: string
}> {
  override get message(): string {
    return reasons[this.reason]
  }
}

/** The outcome of a tool call. */
export interface ToolResult {
  readonly call: ToolCall
  /** What the model receives: the encoded result, or the error as text. */
  readonly result: unknown
  readonly isFailure: boolean
}

/** How to run tools. */
export interface DispatchOptions {
  readonly tools: Tools
  /** Those of the tools that come with their handler. */
  readonly local: ReadonlyArray<LocalTool>
  readonly toolTimeout: Duration.DurationInput | undefined
  readonly captureContent: CaptureContent
}

/** Runs a tool call. Never fails. */
export const dispatch = (options: DispatchOptions, call: ToolCall): Effect.Effect<ToolResult> => {
  const tool = Object.values(options.tools).find(({ name }) => name === call.name)
  // The model can make up names; each would be a metric series of its own.
  const metricName = tool === undefined ? "_unknown" : tool.name
  const body = Effect.zipRight(
    captured(options.captureContent, () => ({ arguments: jsonText(call.params) })),
    Effect.tap(
      run(options, tool, call),
      (result) => captured(options.captureContent, () => ({ result: jsonText(result) }))
    )
  )
  return body.pipe(
    toolSpan(
      { tool: call.name, call_id: call.id, worker: localOf(options, tool)?.worker?.(call.params) },
      ({ durationMs, ok }) => Loom.toolDurationMs(durationMs, { tool: metricName, ok })
    ),
    Effect.matchCauseEffect({
      onSuccess: (result) => Effect.succeed<ToolResult>({ call, result, isFailure: false }),
      onFailure: (cause) =>
        Effect.flatMap(isRunInterrupted(cause), (interrupted) =>
          interrupted
            ? Effect.interrupt
            : Effect.succeed<ToolResult>({ call, result: errorText(cause), isFailure: true }))
    })
  )
}

// A tool can end with an interruption that is not the run's, for example of a fiber that it joined: the cause alone does not tell. Neither does
// the fiber alone: in an uninterruptible region, such as a finalizer, it knows of an interruption that has to wait.
const isRunInterrupted = (cause: Cause.Cause<unknown>): Effect.Effect<boolean> =>
  Effect.withFiberRuntime((fiber, { runtimeFlags }) =>
    Effect.succeed(
      Cause.isInterrupted(cause) && RuntimeFlags.interruptible(runtimeFlags) &&
        !Cause.isEmpty(fiber.getFiberRef(FiberRef.interruptedCause))
    )
  )

const localOf = (options: DispatchOptions, tool: Tool.Any | undefined): LocalTool | undefined =>
  options.local.find((local) => local.tool === tool)

const run = (
  options: DispatchOptions,
  tool: Tool.Any | undefined,
  call: ToolCall
): Effect.Effect<unknown, unknown> => {
  if (tool === undefined) {
    const names = Object.values(options.tools).map(({ name }) => name).join(", ")
    return new ToolCallError({
      reason: "UnknownTool",
      forModel: `There is no tool named ${JSON.stringify(call.name)}. The tools are: ${names === "" ? "none" : names}`
    })
  }
  const handled = handle(tool, localOf(options, tool), call)
  const { toolTimeout } = options
  return toolTimeout === undefined ? inOwnFiber(handled) : Effect.timeoutFail(handled, {
    duration: toolTimeout,
    onTimeout: () =>
      new ToolCallError({
        reason: "TimedOut",
        forModel: `The tool did not answer within ${Duration.format(toolTimeout)}`
      })
  })
}

// Interrupting a tool's fiber must end that tool, not the run. (A timeout forks a fiber anyway.)
const inOwnFiber = (handled: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(handled)), (fiber) =>
      restore(Fiber.await(fiber)).pipe(
        Effect.onInterrupt(() => Fiber.interrupt(fiber)),
        Effect.flatMap((exit) => Effect.zipRight(Fiber.inheritAll(fiber), exit))
      ))
  )

type Handler = (params: never) => Effect.Effect<unknown, unknown>

const handle = (
  tool: Tool.Any,
  local: LocalTool | undefined,
  call: ToolCall
): Effect.Effect<unknown, unknown> =>
  local !== undefined
    ? runHandler(tool, local.handler, call)
    : Effect.contextWithEffect((context: Context.Context<never>) => {
      const provided: Tool.Handler<string> | undefined = context.unsafeMap.get(tool.id)
      return provided === undefined
        ? new ToolCallError({ reason: "NoHandler", forModel: `The tool ${JSON.stringify(tool.name)} has no handler` })
        // What is current (the run, its span, its user) overrides what was there when the handler's layer was built.
        : runHandler(tool, provided.handler, call).pipe(
          Effect.mapInputContext((current: Context.Context<never>) => Context.merge(provided.context, current))
        )
    })

const runHandler = (tool: Tool.Any, handler: Handler, call: ToolCall): Effect.Effect<unknown, unknown> =>
  Effect.gen(function*() {
    const params = yield* decodeParameters(tool, call.params)
    const result = yield* Effect.suspend(() => handler(params as never)).pipe(
      Effect.catchAll((error) =>
        tool.failureMode === "return"
          ? Effect.flatMap(encode(tool.failureSchema, error, tool), (failure) =>
            new ToolCallError({ reason: "ToolFailed", forModel: textOf(failure) }))
          : Effect.fail(error)
      )
    )
    return yield* encode(tool.successSchema, result, tool)
  }).pipe(Effect.catchAllCause(withoutContent))

// The error of a model call that the tool made quotes content, as a defect too.
const withoutContent = (cause: Cause.Cause<unknown>): Effect.Effect<never, unknown> => {
  const error = Cause.squash(cause)
  return AiError.isAiError(error)
    ? new ToolCallError({ reason: "ModelCallFailed", forModel: describe(error, defaultLimits) })
    : Effect.failCause(cause)
}

type AnySchema = Schema.Schema<unknown, unknown>

const decodeParameters = (tool: Tool.Any, params: unknown): Effect.Effect<unknown, ToolCallError> =>
  Effect.mapError(
    Schema.decodeUnknown(tool.parametersSchema as AnySchema)(params ?? {}),
    (error) =>
      new ToolCallError({
        reason: "InvalidParameters",
        forModel: `The parameters do not fit: ${ParseResult.TreeFormatter.formatErrorSync(error)}`
      })
  )

const encode = (schema: Schema.Schema.All, value: unknown, tool: Tool.Any): Effect.Effect<unknown, ToolCallError> =>
  Effect.mapError(
    Schema.encodeUnknown(schema as AnySchema)(value),
    (error) =>
      new ToolCallError({
        reason: "InvalidResult",
        forModel: `The result of the tool ${JSON.stringify(tool.name)} does not fit its schema: ${
          ParseResult.TreeFormatter.formatErrorSync(error)
        }`
      })
  )

const textOf = (value: unknown): string => typeof value === "string" ? value : jsonText(value)

const errorText = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return error instanceof ToolCallError ? error.forModel : describe(error, defaultLimits)
}
