/**
 * Content as attributes, only if `captureContent` asks for it: prompts, completions, tool arguments and results are private by default.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import { handled } from "../../records/promises.js"
import { cut } from "../../records/text.js"
import { capturesContent } from "../../telemetry/capturesContent.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { Recording } from "../tape/Recording.js"
import { withoutMedia } from "./media.js"

/** Whether prompts, completions, tool arguments and results become attributes. */
export type CaptureContent = "none" | "attributes"

/** A value as one JSON text, which backends do not flatten or truncate. Never throws. */
export const jsonText = (value: unknown): string => stringified(value, handled) ?? unserializable

const stringified = (value: unknown, replace: (each: unknown) => unknown): string | undefined => {
  try {
    return JSON.stringify(value, (_, each: unknown) => replace(each)) ?? ""
  } catch {
    return undefined
  }
}

/** Bytes as base64, as `@effect/ai` encodes files too. */
const encodedBytes = (value: unknown): unknown =>
  value instanceof Uint8Array ? Encoding.encodeBase64(value) : handled(value)

/** A value as complete JSON; `{"unreadable":true}` if that is not possible. */
export const exactText = (value: unknown): string => stringified(value, encodedBytes) ?? "{\"unreadable\":true}"

/** Records do not shorten the contents of longer JSON, and a truncated document cannot be parsed. */
const longestJson = 1_048_576

/** Strings are truncated before they become JSON: to the first of these lengths with which the JSON is short enough. */
const longestTexts = [131_072, 8192, 512, 64]

/** A value as JSON that records can shorten. */
const boundedJson = (value: unknown): string => {
  let json = ""
  for (const longest of longestTexts) {
    json = stringified(
      value,
      (each) => typeof each === "string" && each.length > longest ? cut(each, longest, 0) : handled(each)
    ) ?? unserializable
    if (json.length <= longestJson) {
      break
    }
  }
  return json
}

/** Content that becomes one attribute: a string as is, or any value as JSON. */
type Content = string | { readonly json: unknown }

/** Sets attributes that hold content, without media, if content is captured. They are computed only then. */
export const captured = (
  capture: CaptureContent | undefined,
  attributes: () => { readonly [key: string]: Content }
): Effect.Effect<void> =>
  Effect.flatMap(
    Recording,
    (recording) =>
      Effect.flatMap(recording ? Effect.succeed(true) : isWanted(capture), (wanted) =>
        wanted
          ? Effect.suspend(() => Effect.forEach(Object.entries(attributes()), textOf(recording))).pipe(
            Effect.flatMap((texts) => Telemetry.annotate(Object.fromEntries(texts)))
          )
          : Effect.void)
  )

const isWanted = (capture: CaptureContent | undefined): Effect.Effect<boolean> =>
  capture === undefined ? capturesContent : Effect.succeed(capture !== "none")

const textOf =
  (recording: boolean) => ([key, content]: readonly [string, Content]): Effect.Effect<readonly [string, string]> =>
    (typeof content === "string"
      ? Effect.map(withoutMedia(content), String)
      : Effect.map(withoutMedia(content.json), recording ? exactText : boundedJson)).pipe(
        // The value may throw while it is read.
        Effect.catchAllDefect(() => Effect.succeed(unserializable)),
        Effect.map((text) => [key, text])
      )

const unserializable = "<unserializable>"

/** A part without the markers of `@effect/ai` and without empty options. */
export const plainPart = (part: object): { readonly [key: string]: unknown } =>
  Object.fromEntries(
    Object.entries(part).filter(([key, value]) =>
      !key.startsWith("~") && !(key === "options" && Object.keys(value as object).length === 0)
    )
  )

/** Messages as plain data: role and parts. */
export const plainMessages = (messages: ReadonlyArray<Prompt.Message>): ReadonlyArray<unknown> =>
  messages.map(({ content, role }) => ({
    role,
    content: typeof content === "string" ? content : content.map(plainPart)
  }))
