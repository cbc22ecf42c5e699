/**
 * Context keys of sink layers, for code that looks into a context without importing their services.
 */

import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { builtInRedactor, type Redactor } from "../records/redact/Redactor.js"

export const telemetryKey = "loom-telemetry/Telemetry"

/** The prefix of all `SinkMark` keys. */
export const markPrefix = "loom-telemetry/SinkMark/"

export const redactionKey = "loom-telemetry/Redaction"

/** The redaction in a context, otherwise the built-in rules. Avoids loading `Redaction`, whose pseudonyms are large. */
export const redactorIn = ({ unsafeMap }: Context.Context<never>): Redactor =>
  unsafeMap.get(redactionKey) ?? builtInRedactor

/** The redaction around this effect. */
export const redactorHere: Effect.Effect<Redactor> = /* @__PURE__ */ Effect.map(Effect.context<never>(), redactorIn)
