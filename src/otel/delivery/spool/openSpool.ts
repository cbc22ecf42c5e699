/**
 * Opens the spool. If its folder cannot be used, a warning is logged and telemetry is delivered without a spool.
 */
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { randomIds } from "../../../telemetry/tracing/ids.js"
import type { LogRecord } from "../../logs/LogRecord.js"
import type { ItemExporter, Pending } from "../counted.js"
import type { ExportCounter } from "../stats.js"
import type { Spool, SpoolForm } from "./Spool.js"

/** Where to keep spans and log records that could not be delivered. */
export interface SpoolOptions {
  /** The path of the folder, created with mode 0700. Several processes may share it. */
  readonly folder: string
  /** Maximum total size of the files, in bytes, ≥ 0; beyond it the oldest files are dropped and counted. Default 64 MiB. */
  readonly maxBytes?: number
}

/** Creates a spool for items that an exporter cannot deliver. */
type SpoolFor<Item> = (exporter: ItemExporter<Item>, counter: ExportCounter) => Spool<Item>

/** An open folder for spans and log records. */
export interface OpenSpool {
  readonly spans: SpoolFor<ReadableSpan>
  readonly logs: SpoolFor<LogRecord>
}

const defaultMaxBytes = 64 * 1024 * 1024

const load = async () => {
  const [{ Spool }, { SpoolFolder }, { reviveSpans }, { reviveLogs }, lines] = await Promise.all([
    import("./Spool.js"),
    import("./SpoolFolder.js"),
    import("./reviveSpans.js"),
    import("./reviveLogs.js"),
    import("../wires.js").then(({ loadJsonLines }) => loadJsonLines())
  ])
  const spans: SpoolForm<ReadableSpan> = { signal: "spans", serialize: lines.spans, revive: reviveSpans }
  const logs: SpoolForm<LogRecord> = { signal: "logs", serialize: lines.logs, revive: reviveLogs }
  return { Spool, SpoolFolder, spans, logs }
}

export const openSpool = (
  { folder, maxBytes = defaultMaxBytes }: SpoolOptions,
  counter: ExportCounter,
  pending: Pending
): Effect.Effect<OpenSpool | undefined> => {
  if (!(maxBytes >= 0)) {
    throw new RangeError(`The maxBytes of a spool must be a number, 0 or more; it is ${maxBytes}`)
  }
  return Effect.flatMap(Effect.clock, (clock) =>
    Effect.tryPromise(load).pipe(
      Effect.map(({ logs, spans, Spool, SpoolFolder }): OpenSpool => {
        const now = () => clock.unsafeCurrentTimeMillis()
        const files = new SpoolFolder({ folder, maxBytes, now, newId: randomIds.spanId })
        const foreign = files.foreign()
        if (foreign.length > 0) {
          counter.noteOnSpool(
            "version",
            `The OpenTelemetry spool contains files of another version, such as ${foreign[0]}; they are ignored`
          )
        }
        const written = new Map<string, ExportCounter>()
        const spoolFor = <Item>(form: SpoolForm<Item>): SpoolFor<Item> => (exporter, counter) =>
          new Spool({ folder: files, form, written, exporter, counter, pending })
        return { spans: spoolFor(spans), logs: spoolFor(logs) }
      }),
      Effect.catchAllDefect(Effect.fail),
      Effect.catchAll((error) => {
        counter.noteOnSpool("open", `The OpenTelemetry spool cannot be used: ${counter.shown(reasonOf(error))}`)
        return Effect.succeed(undefined)
      })
    ))
}

const reasonOf = (error: unknown): unknown => Cause.isUnknownException(error) ? error.error : error
