/**
 * Records and plays the tools of custom loops: `Toolkit.handle` in `instrumentToolkit`.
 */
import type * as Tool from "@effect/ai/Tool"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { captured, exactText } from "../model/content.js"
import type { Tools } from "../tools/looseToolkit.js"
import { PlayedFailure, playedSpan, recordedResult, recordResult } from "./playedTool.js"
import { CurrentTape, entered } from "./TapePlace.js"

/** What is recorded: the encoded result, or the encoded failure of the handler. */
type Recorded =
  | { readonly isFailure: boolean; readonly encodedResult: unknown }
  | { readonly failure: unknown }
  | { readonly unreadable: true }

type AnySchema = Schema.Schema<unknown, unknown>

type Handled = Effect.Effect<Tool.HandlerResult<never>, unknown, unknown>

/** Runs the handler, or returns its recorded result. */
export const handledOrPlayed = <A extends Effect.Effect<unknown, unknown, unknown>>(
  tools: Tools,
  name: string,
  params: unknown,
  handled: A
): A =>
  Effect.zipRight(
    captured("none", () => ({ arguments: { json: params } })),
    Effect.flatMap(CurrentTape, (tape) =>
      tape === undefined ? live(tools[name], handled as never) : Effect.flatMap(
        entered(
          () => ({ role: "tool", attributes: { tool: name } }),
          ({ attributes }) => attributes["arguments"] === exactText(params)
        ),
        (place) =>
          place === undefined
            ? live(tools[name], handled as never)
            : Effect.flatMap(playedSpan(place), (span) =>
              Effect.zipRight(
                recordResult(() => String(span.attributes["result"])),
                played(tools[name], recordedResult(span) as Recorded, span.attributes["error"])
              ))
      ))
  ) as never

const live = (tool: Tool.Any | undefined, handled: Handled): Handled =>
  handled.pipe(
    Effect.tap(({ encodedResult, isFailure }) => recordResult(() => exactText({ isFailure, encodedResult }))),
    Effect.tapError((error) => recordResult(() => exactText(encodedFailure(tool, error))))
  )

const encodedFailure = (tool: Tool.Any | undefined, error: unknown): Recorded => {
  const encoded = Schema.encodeUnknownEither((tool?.failureSchema ?? Schema.Never) as AnySchema)(error)
  return encoded._tag === "Right" ? { failure: encoded.right } : { unreadable: true }
}

const played = (tool: Tool.Any | undefined, recorded: Recorded, error: unknown): Handled => {
  const decode = (schema: Schema.Schema.All, value: unknown) =>
    Effect.orDie(Schema.decodeUnknown(schema as AnySchema)(value))
  if (tool === undefined || "unreadable" in recorded) {
    return Effect.fail(new PlayedFailure(String(error), String(error)))
  }
  if ("failure" in recorded) {
    return Effect.flatMap(decode(tool.failureSchema, recorded.failure), Effect.fail)
  }
  const { encodedResult, isFailure } = recorded
  return Effect.map(
    decode(isFailure ? tool.failureSchema : tool.successSchema, encodedResult),
    (result) => ({ isFailure, result, encodedResult }) as never
  )
}
