/**
 * Spans and metrics as JSON lines in a file: one record a line, appended, for `jq`, log pipelines and looking back.
 *
 * Writing happens behind a bounded queue, or with `mode: "write-through"` before a span's end comes back. When the layer closes, and when the
 * process ends by itself, what is queued is written first. It does not rotate but notices rotation. It needs `FileSystem`, so it runs
 * wherever `@effect/platform` does; where that is Node's, Node's own functions are used.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeMetric, encodeSpan } from "../records/wire/encode.js"
import type { TelemetryOpenError } from "../telemetry/errors.js"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { FileStats } from "./file/ledger.js"
import { type FileOptions, openWriter } from "./file/openWriter.js"

export type { DropReason, FileStats } from "./file/ledger.js"
export type { FileOptions } from "./file/openWriter.js"

/** What the file sink tells about itself. */
export interface FileTelemetryService {
  /** As given. */
  readonly path: string
  /** The counters, as they are now. */
  readonly stats: Effect.Effect<FileStats>
}

// The tag by its key: importing it would load Schema, which costs more than everything else here together.
const FileSystemTag = Context.GenericTag<FileSystem.FileSystem>("@effect/platform/FileSystem")

const scoped = (path: string, options: FileOptions) =>
  Effect.gen(function*() {
    const writer = yield* openWriter(yield* FileSystemTag, path, options)
    const observer: Observer = {
      name: `file:${path}`,
      onError: "report",
      onEnd: (span) => writer.accept(encodeSpan, span),
      onMetric: (metric) => writer.accept(encodeMetric, metric),
      onRefused: () => writer.refuse(),
      attach: (open) => writer.attach(open),
      flush: Effect.async<void>((resume) => {
        const forget = writer.flush(() => resume(Effect.void))
        return Effect.sync(forget)
      })
    }
    const telemetry = yield* buildTelemetry([observer])
    const service = { path, stats: Effect.sync(() => writer.stats) }
    return outputsOf(Telemetry, telemetry).pipe(Context.add(FileTelemetry, service))
  })

/**
 * The file sink's own facts: where it writes, and what became of the records.
 *
 * @example
 * program.pipe(Effect.provide(FileTelemetry.layer("./traces.jsonl")), Effect.provide(NodeFileSystem.layer))
 */
export class FileTelemetry extends Context.Tag("loom-telemetry/FileTelemetry")<FileTelemetry, FileTelemetryService>() {
  /**
   * Appends to `path`. Parent folders are made; the file is made with mode 0600. Fails with `TelemetryOpenError` where it cannot be
   * opened; after that nothing fails, see `stats`.
   */
  static readonly layer = (
    path: string,
    options: FileOptions = {}
  ): Layer.Layer<Telemetry | FileTelemetry, TelemetryOpenError, FileSystem.FileSystem> =>
    Layer.scopedContext(Effect.suspend(() => scoped(path, options)))
}
