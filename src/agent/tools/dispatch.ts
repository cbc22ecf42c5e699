/**
 * Runs one tool call: a `loom.tool` span, its metric, and a result for the model whatever happens.
 *
 * If a tool fails, does not exist, gets invalid parameters or takes too long, the model receives an error text. Only an interruption of the run
 * passes through. Each handler runs in its own fiber, so fibers that it forks end with it.
 */
import type * as Tool from "@effect/ai/Tool"
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as RuntimeFlags from "effect/RuntimeFlags"
import { defaultLimits } from "../../records/attributes.js"
import { Loom, toolSpan } from "../../telemetry/Loom.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import { type CaptureContent, captured, exactText } from "../model/content.js"
import type { ToolCall } from "../model/modelParts.js"
import { exitOf } from "../run/ownFiber.js"
import { divergenceIn } from "../tape/CassetteDivergence.js"
import { holdsCalls, PlayedFailure, playedSpan, recordedResult, recordResult } from "../tape/playedTool.js"
import { CurrentTape, inTape } from "../tape/TapePlace.js"
import { argumentsDigest } from "./argumentsDigest.js"
import { handle } from "./handle.js"
import type { LocalTool, Tools } from "./looseToolkit.js"
import { withTimeLimit } from "./timeLimit.js"
import { ToolCallError } from "./ToolCallError.js"

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
  /** The tools that come with their handler. */
  readonly local: ReadonlyArray<LocalTool>
  readonly toolTimeout: Duration.DurationInput | undefined
  readonly captureContent: CaptureContent | undefined
  /** Runs if a tool that took too long does not end when it is interrupted. */
  readonly onLeftRunning: Effect.Effect<void>
}

/** Runs a tool call, unless `mayRun` fails. Never fails. */
export const dispatch = (
  options: DispatchOptions,
  call: ToolCall,
  mayRun: Effect.Effect<void, ToolCallError>
): Effect.Effect<ToolResult> => {
  const tool = Object.values(options.tools).find(({ name }) => name === call.name)
  // The model can make up names, and each would become its own metric series.
  const metricName = tool === undefined ? "_unknown" : tool.name
  const body = Effect.zipRight(
    captured(options.captureContent, () => ({ arguments: { json: call.params } })),
    playedOr(options, tool, call, Effect.zipRight(mayRun, run(options, tool, call)))
  ).pipe(
    Effect.tap((result) => captured(options.captureContent, () => ({ result: { json: result } }))),
    Effect.tapBoth({
      onSuccess: (result) => recordResult(() => exactText(result)),
      onFailure: (error) => recordResult(() => exactText(textFor(error)))
    }),
    Effect.tapDefect((cause) => recordResult(() => exactText(errorText(cause))))
  )
  return body.pipe(
    toolSpan(
      {
        tool: call.name,
        ...idsOf(call),
        // Only read if something records.
        get arguments_digest() {
          return argumentsDigest(call.params)
        },
        worker: localOf(options, tool)?.worker?.(call.params)?.name
      },
      ({ durationMs, ok }) => Loom.toolDurationMs(durationMs, { tool: metricName, ok })
    ),
    inTape(() => ({ role: "tool", attributes: { tool: call.name, call_id: call.id } })),
    Effect.matchCauseEffect({
      onSuccess: (result) => Effect.succeed<ToolResult>({ call, result, isFailure: false }),
      onFailure: (cause) =>
        Effect.flatMap(isRunInterrupted(cause), (interrupted) =>
          interrupted
            ? Effect.interrupt
            : divergenceIn(cause) ?? Effect.succeed<ToolResult>({ call, result: errorText(cause), isFailure: true }))
    })
  )
}

/** Returns the recorded result if the call is being played. A worker does run, and its model calls are played. */
const playedOr = (
  options: DispatchOptions,
  tool: Tool.Any | undefined,
  call: ToolCall,
  live: Effect.Effect<unknown, unknown>
): Effect.Effect<unknown, unknown> =>
  Effect.flatMap(CurrentTape, (place) => {
    const runs = place?.span !== undefined && localOf(options, tool)?.worker?.(call.params)?.exists === true &&
      holdsCalls(place.span)
    return place === undefined || runs ? live : Effect.flatMap(playedSpan(place), (span) => {
      const { attributes: { error, left_running } } = span
      const result = recordedResult(span)
      const left = left_running === true
        ? Effect.zipRight(Telemetry.annotate({ left_running }), options.onLeftRunning)
        : Effect.void
      return Effect.zipRight(
        left,
        error === undefined ? Effect.succeed(result) : Effect.fail(new PlayedFailure(String(error), String(result)))
      )
    })
  })

const idsOf = ({ givenId, id }: ToolCall) => ({ call_id: givenId, sent_call_id: id === givenId ? undefined : id })

// A tool can end with an interruption that is not the run's, for example of a fiber that it joined, so the cause alone is not enough. Neither is
// the fiber alone: in an uninterruptible region, such as a finalizer, it may have a pending interruption.
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
  const { onLeftRunning, toolTimeout } = options
  return toolTimeout === undefined
    ? Effect.flatten(exitOf(handled))
    : withTimeLimit({ tool: tool.name, duration: toolTimeout, onLeftRunning }, handled)
}

const errorText = (cause: Cause.Cause<unknown>): string => textFor(Cause.squash(cause))

const textFor = (error: unknown): string =>
  error instanceof ToolCallError || error instanceof PlayedFailure ? error.forModel : describe(error, defaultLimits)
