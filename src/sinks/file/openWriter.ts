/**
 * From a path and options to a writer in a scope: which disk, opened how, closed when.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { TelemetryOpenError } from "../../telemetry/errors.js"
import { warn } from "../../telemetry/lifecycle/report.js"
import { Redaction } from "../../telemetry/Redaction.js"
import { ask, type Disk, type FileFacts, isSame, type Steps } from "./disk.js"
import { atExit, atHangup } from "./exitHook.js"
import { nodeDisk } from "./nodeDisk.js"
import { NodeFiles } from "./nodeFunctions.js"
import { type Opened, openLog, OpenRefused, parentOf, reasonOf } from "./openFile.js"
import { platformDisk } from "./platformDisk.js"
import { Run } from "./run.js"
import { startWorker } from "./worker.js"
import { Writer } from "./writer.js"

/** Options of the file sink. */
export interface FileOptions {
  /**
   * `"background"` (default): records are written behind a queue, nothing waits for the disk. `"write-through"`: each record is in the
   * file when its span has ended, for a system call a record, and the program stands still with the disk. Without Node's functions
   * it is the same as `"background"`.
   */
  readonly mode?: "background" | "write-through"
  /** Other processes write to the file as well, so every write begins on a new line. Default: found out. */
  readonly shared?: boolean
  /** Opens the path again at this signal, which then does not end the process. Default: no signal is touched. */
  readonly reopenOn?: "SIGHUP"
  /** Bytes of records that may wait for the disk; the newest that do not fit are dropped and counted. Default 8 MiB. */
  readonly maxQueuedBytes?: number
  /** How long the release waits for what is still to be written. Default 3 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

const defaultQueuedBytes = 8 * 1024 * 1024

const defaultCloseTimeout = Duration.seconds(3)

/** A writer to this path in the current scope; when that closes, what is queued is written first. */
export const openWriter = (
  fs: FileSystem.FileSystem,
  path: string,
  options: FileOptions
): Effect.Effect<Writer, TelemetryOpenError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const clock = yield* Effect.clock
      const place = yield* restore(placeOf(fs, path))
      const opened: Opened = yield* restore(inBackground(openLog(place.disk, place.path))).pipe(
        Effect.mapError((error) =>
          new TelemetryOpenError({
            path,
            reason: reasonOf(error),
            cause: error instanceof OpenRefused ? undefined : error
          })
        )
      )
      const writer = new Writer({
        ...place,
        name: path,
        clock,
        rules: yield* Redaction,
        writeThrough: options.mode === "write-through" && place.isSynchronous,
        shared: options.shared ?? false,
        maxQueuedBytes: options.maxQueuedBytes ?? defaultQueuedBytes
      }, opened)
      if (options.mode === "write-through" && !place.isSynchronous) {
        warn(`The telemetry file ${path} is written in the background: write-through needs Node's file system`)
      }
      if (place.isSynchronous) {
        yield* whileOpen(() => atExit(() => writer.exit()))
      }
      if (options.reopenOn !== undefined) {
        yield* whileOpen(() => atHangup(() => writer.reopen()))
      }
      // Last, so that it ends first: until all is written the process may end, too.
      yield* startWorker(writer, options.closeTimeout ?? defaultCloseTimeout)
      return writer
    })
  )

const whileOpen = (begin: () => () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(Effect.sync(begin), (end) => Effect.sync(end)))

interface Place {
  readonly disk: Disk
  readonly path: string
  /** Whether the disk can be called synchronously, which Node's own can. */
  readonly isSynchronous: boolean
}

/** Node's own functions where the service given speaks of the same disk; else the service. */
const placeOf = (fs: FileSystem.FileSystem, path: string): Effect.Effect<Place> =>
  Effect.gen(function*() {
    const service = platformDisk(fs, yield* Effect.runtime<never>())
    const functions = yield* NodeFiles
    if (functions !== undefined) {
      const node = nodeDisk(functions)
      const [theirs, ours] = yield* Effect.all([nearest(service, path), nearest(node, path)])
      if (theirs?.ino !== undefined && ours !== undefined && isSame(theirs, ours)) {
        return { disk: node, path: absolute(path), isSynchronous: true }
      }
    }
    return { disk: service, path, isSynchronous: false }
  })

/** The nearest folder above the path that is there. */
const nearest = (disk: Disk, path: string): Effect.Effect<FileFacts | undefined> =>
  Effect.orElseSucceed(inBackground(nearestFolder(disk, parentOf(path))), () => undefined)

function* nearestFolder(disk: Disk, folder: string): Steps<FileFacts | undefined> {
  const there = yield* ask(disk.behind(folder))
  if (there !== "nothing") {
    return there
  }
  return parentOf(folder) === folder ? undefined : yield* nearestFolder(disk, parentOf(folder))
}

// The program may change its working folder while the file is open.
const absolute = (path: string): string =>
  path === "" || path.startsWith("/") || process.platform === "win32" ? path : `${process.cwd()}/${path}`

const inBackground = <A>(steps: Steps<A>): Effect.Effect<A, unknown> =>
  Effect.async<A, unknown>((resume) => {
    const run = new Run<A>(steps, (error, value) =>
      resume(error === undefined ? Effect.succeed(value as A) : Effect.fail(error)))
    run.start()
    return Effect.sync(() =>
      run.abandon()
    )
  })
