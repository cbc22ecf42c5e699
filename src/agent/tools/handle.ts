/**
 * Runs the handler of a tool: decodes the parameters, encodes the result.
 */
import * as AiError from "@effect/ai/AiError"
import type * as Tool from "@effect/ai/Tool"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { defaultLimits } from "../../records/attributes.js"
import { describe } from "../../telemetry/tracing/outcome.js"
import { jsonText } from "../model/content.js"
import type { ToolCall } from "../model/modelParts.js"
import { jsonResult } from "./jsonResult.js"
import type { LocalTool } from "./looseToolkit.js"
import { ToolCallError } from "./ToolCallError.js"

type Handler = (params: never) => Effect.Effect<unknown, unknown>

/** Runs the handler of a declared tool. The result is JSON data. */
export const handle = (
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
        // The current context (the run, its span, its user) overrides the one in which the handler's layer was built.
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
    return yield* sendable(yield* encode(tool.successSchema, result, tool), tool)
  }).pipe(Effect.catchAllCause(withoutContent))

// If a model call of the tool failed, the error quotes content, even as a defect.
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

const sendable = (encoded: unknown, tool: Tool.Any): Either.Either<unknown, ToolCallError> =>
  Either.mapLeft(jsonResult(encoded), (why) =>
    new ToolCallError({
      reason: "UnsendableResult",
      forModel: `The tool ${JSON.stringify(tool.name)} ran, but its result cannot be sent: ${why}`
    }))

const textOf = (value: unknown): string => typeof value === "string" ? value : jsonText(value)
