/**
 * Content as attributes, only if `captureContent` asks for it: prompts, completions, tool arguments and results are private by default.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Effect from "effect/Effect"
import { handled } from "../../records/promises.js"
import { Telemetry } from "../../telemetry/Telemetry.js"

/** Whether prompts, completions, tool arguments and results become attributes. */
export type CaptureContent = "none" | "attributes"

/** A value as one JSON text, which backends do not flatten or truncate. Never throws. */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, each: unknown) => handled(each)) ?? ""
  } catch {
    return "<unserializable>"
  }
}

/** Sets attributes that hold content, if it is captured; they are computed only then. */
export const captured = (
  capture: CaptureContent,
  attributes: () => { readonly [key: string]: unknown }
): Effect.Effect<void> => capture === "none" ? Effect.void : Telemetry.annotate(attributes)

/** A part without the markers of `@effect/ai` and without empty options. */
const plainPart = (part: object): { readonly [key: string]: unknown } =>
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
