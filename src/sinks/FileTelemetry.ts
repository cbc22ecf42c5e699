/**
 * Spans and metrics as JSON lines in a file: one record a line, appended, for `jq`, log pipelines and looking back.
 *
 * Writing happens behind a bounded queue; nothing waits for the disk. When the layer closes, what is queued is written first. There is no
 * rotation of its own. It needs `FileSystem`, so it runs wherever `@effect/platform` does.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeMetric, encodeSpan } from "../records/jsonl.js"
import type { TelemetryOpenError } from "../telemetry/errors.js"
import { buildTelemetry, flushObserver } from "../telemetry/layer.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import { type FileStats, makeLineWriter } from "./file/LineWriter.js"
import { openForAppend } from "./file/openFile.js"

export type { DropReason, FileStats } from "./file/LineWriter.js"

/** What the file sink tells about itself. */
export interface FileTelemetryService {
  readonly path: string
  readonly stats: Effect.Effect<FileStats>
}

// The tag by its key: importing it would load Schema, which costs more than everything else here together.
const FileSystemTag = Context.GenericTag<FileSystem.FileSystem>("@effect/platform/FileSystem")

/** Options of the file sink. */
export interface FileOptions {
  /** How long the release waits for a write that does not come to an end. Default 3 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

const scoped = (path: string, options: FileOptions) =>
  Effect.gen(function*() {
    const fs = yield* FileSystemTag
    const file = yield* openForAppend(fs, path)
    const writer = yield* makeLineWriter(file, path, options.closeTimeout)
    const observer: Observer = {
      name: `file:${path}`,
      onError: "report",
      onEnd: (span) => writer.write(encodeSpan(span)),
      onMetric: (metric) => writer.write(encodeMetric(metric)),
      flush: writer.flush
    }
    // Added last, so run first: what is queued is written before the writer stops and the file closes.
    yield* Effect.addFinalizer(() => flushObserver(observer))
    const telemetry = yield* buildTelemetry([observer])
    return Context.make(Telemetry, telemetry).pipe(Context.add(FileTelemetry, { path, stats: writer.stats }))
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
