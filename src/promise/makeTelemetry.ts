/**
 * Builds telemetry for programs without Effect, from the names of sinks or from a layer.
 *
 * One runtime is built here and lives until `close`; spans are recorded directly. Context travels by `AsyncLocalStorage`, so this needs Node, Bun or
 * Deno. The trap: records may be waiting in memory until `close`, so call it before the program ends, or use `await using`.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Redactor } from "../records/redact/Redactor.js"
import { redactionKey } from "../telemetry/contextKeys.js"
import type { TelemetryOpenError } from "../telemetry/errors.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { printable } from "./printable.js"
import type { PromiseTelemetry } from "./PromiseTelemetry.js"
import { Session } from "./Session.js"

/** Options of `makeTelemetry`. */
export interface MakeOptions {
  /** What is redacted before any sink sees it: `Redaction.make(…)`. Default: the built-in rules. */
  readonly redaction?: Redactor
  /** How long `close` may take in total, whatever the time limits of the individual sinks. Default 15 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

/** The errors that `makeTelemetry` rejects with if the sinks are given by name. */
export type SpecError = ConfigError.ConfigError | TelemetryOpenError

const build = async <R, E>(
  layer: Layer.Layer<R | Telemetry, E>,
  { closeTimeout = Duration.seconds(15), redaction }: MakeOptions
): Promise<PromiseTelemetry<R | Telemetry>> => {
  const managed = ManagedRuntime.make(
    redaction === undefined
      ? layer
      : Layer.provide(layer, Layer.succeedContext(Context.unsafeMake(new Map([[redactionKey, redaction]]))))
  )
  const exit = await Effect.runPromiseExit(managed.runtimeEffect)
  if (Exit.isFailure(exit)) {
    await managed.dispose()
    throw printable(Cause.squash(exit.cause))
  }
  return new Session({ runtime: exit.value, dispose: managed.disposeEffect, closeTimeout })
}

/**
 * Creates telemetry for programs without Effect. `sinks` is a string such as `"console,file:./traces.jsonl"` (see `Telemetry.layerSpec`) or any layer
 * of this package. Rejects with a `ConfigError` or `TelemetryOpenError`, or with the layer's own error, if the sinks cannot be opened.
 *
 * @example
 * const telemetry = await makeTelemetry("console,file:./traces.jsonl")
 * const answer = await telemetry.withSpan("answer", { question_length: 12 }, async () => "…")
 * await telemetry.close()
 */
export const makeTelemetry: {
  /** Creates telemetry for the named sinks, such as `"console,file:./traces.jsonl"`. Rejects with a `SpecError`. */
  (sinks: string, options?: MakeOptions): Promise<PromiseTelemetry<Telemetry>>
  /** Creates telemetry from a layer, such as `OTelLive`. Rejects with the layer's error. */
  <R, E>(
    sinks: Layer.Layer<R | Telemetry, E, FileSystem.FileSystem>,
    options?: MakeOptions
  ): Promise<PromiseTelemetry<R | Telemetry>>
} = <R, E>(
  sinks: string | Layer.Layer<R | Telemetry, E, FileSystem.FileSystem>,
  options: MakeOptions = {}
): Promise<PromiseTelemetry<R | Telemetry>> => {
  const layer: Layer.Layer<R | Telemetry, E | SpecError, FileSystem.FileSystem> = typeof sinks === "string"
    ? Telemetry.layerSpec(sinks) as Layer.Layer<R | Telemetry, SpecError, FileSystem.FileSystem>
    : sinks
  // The file sink works without the service: it calls Node's own functions.
  return build(layer as Layer.Layer<R | Telemetry, E | SpecError>, options)
}
