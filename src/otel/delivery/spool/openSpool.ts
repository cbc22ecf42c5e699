/**
 * Opens the spool. Without its folder, spans are delivered as if there were none, which is logged.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { randomIds } from "../../../telemetry/tracing/ids.js"
import type { Pending } from "../counted.js"
import type { ExportCounter } from "../stats.js"
import type { Spool } from "./Spool.js"

/** Where spans go that could not be delivered. */
export interface SpoolOptions {
  /** Created with mode 0700. Several processes may share it. */
  readonly folder: string
  /** The most bytes that all files have together, ≥ 0; the oldest are dropped and counted. Default 64 MiB. */
  readonly maxBytes?: number
}

const defaultMaxBytes = 64 * 1024 * 1024

const load = async () => {
  const [{ Spool }, { SpoolFolder }, { jsonLine }] = await Promise.all([
    import("./Spool.js"),
    import("./SpoolFolder.js"),
    import("../wires.js").then(({ loadJsonLine }) => loadJsonLine())
  ])
  return { Spool, SpoolFolder, jsonLine }
}

export const openSpool = (
  { folder, maxBytes = defaultMaxBytes }: SpoolOptions,
  counter: ExportCounter,
  pending: Pending
): Effect.Effect<Spool | undefined> => {
  if (!(maxBytes >= 0)) {
    throw new RangeError(`The maxBytes of a spool must be a number, 0 or more; it is ${maxBytes}`)
  }
  return Effect.flatMap(Effect.clock, (clock) =>
    Effect.tryPromise(load).pipe(
      Effect.map(({ jsonLine, Spool, SpoolFolder }) => {
        const now = () => clock.unsafeCurrentTimeMillis()
        const files = new SpoolFolder({ folder, maxBytes, now, newId: randomIds.spanId })
        return new Spool({ folder: files, serialize: jsonLine, maxBytes, counter, pending })
      }),
      Effect.catchAllDefect(Effect.fail),
      Effect.catchAll((error) => {
        counter.noteOnSpool("open", `The OpenTelemetry spool cannot be used: ${counter.shown(reasonOf(error))}`)
        return Effect.succeed(undefined)
      })
    ))
}

const reasonOf = (error: unknown): unknown => Cause.isUnknownException(error) ? error.error : error
