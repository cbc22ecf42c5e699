/**
 * Appends spans, metrics and scores to a file as JSON lines, one record per line, for `jq`, log pipelines and later analysis.
 *
 * Records are written in the background from a bounded queue or, with `mode: "write-through"`, before ending a span returns. Queued records
 * are written when the layer closes and when the process ends by itself. The sink does not rotate the file, but follows rotation. It needs
 * `FileSystem`, so it runs wherever `@effect/platform` does; with Node's file system it calls Node's own functions.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { encodeMetric } from "../records/wire/metric.js"
import { encodeScore } from "../records/wire/score.js"
import { encodeSpan } from "../records/wire/span.js"
import type { TelemetryOpenError } from "../telemetry/errors.js"
import { buildTelemetry } from "../telemetry/layer.js"
import { outputsOf } from "../telemetry/lifecycle/sinkMark.js"
import type { Observer } from "../telemetry/Observer.js"
import { Telemetry } from "../telemetry/Telemetry.js"
import type { FileStats } from "./file/ledger.js"
import { type FileOptions, openWriter } from "./file/openWriter.js"

export type { DropReason, FileStats } from "./file/ledger.js"
export type { FileOptions } from "./file/openWriter.js"

/** The path and the state of the file sink. */
export interface FileTelemetryService {
  /** The path as passed. */
  readonly path: string
  /** The current counters. */
  readonly stats: Effect.Effect<FileStats>
}

// Made from the tag's key: importing the tag would load Schema, which is larger than everything else here.
const FileSystemTag = Context.GenericTag<FileSystem.FileSystem>("@effect/platform/FileSystem")

const scoped = (path: string, options: FileOptions) =>
  Effect.gen(function*() {
    // Programs without Effect do not provide the service; then Node's own functions are used.
    const fs = yield* Effect.serviceOption(FileSystemTag)
    const writer = yield* openWriter(Option.getOrUndefined(fs), path, options)
    const observer: Observer = {
      name: `file:${path}`,
      onError: "report",
      onForgotten: (span) => writer.notices.forgotten.add(span),
      onEnd: (span, open) => {
        writer.notices.forgotten.end(open)
        writer.accept(encodeSpan, span)
      },
      onMetric: (metric) => writer.accept(encodeMetric, metric),
      onScore: (score) => writer.accept(encodeScore, score),
      onRefused: () => writer.refuse(),
      attach: (open) => writer.attach(open),
      flush: Effect.async<void>((resume) => {
        // Yields first, so that the writer completes its step: Effect 4 runs the flush's continuation inside this call.
        const forget = writer.flush(() => resume(Effect.yieldNow()))
        return Effect.sync(forget)
      })
    }
    const telemetry = yield* buildTelemetry([observer])
    const service = { path, stats: Effect.sync(() => writer.stats) }
    return outputsOf(Telemetry, telemetry).pipe(Context.add(FileTelemetry, service))
  })

/**
 * The file sink. Use it as a tag to read its path and counters.
 *
 * @example
 * program.pipe(Effect.provide(FileTelemetry.layer("./traces.jsonl")), Effect.provide(NodeFileSystem.layer))
 */
export class FileTelemetry extends Context.Tag("loom-telemetry/FileTelemetry")<FileTelemetry, FileTelemetryService>() {
  /**
   * Appends to `path`. Creates missing folders, and the file with mode 0600. Fails with `TelemetryOpenError` if the file cannot be opened.
   * Later disk errors never fail the program; see `stats`.
   */
  static readonly layer = (
    path: string,
    options: FileOptions = {}
  ): Layer.Layer<Telemetry | FileTelemetry, TelemetryOpenError, FileSystem.FileSystem> =>
    Layer.scopedContext(Effect.suspend(() => scoped(path, options)))
}
