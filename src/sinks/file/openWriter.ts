/**
 * Creates the writer for a path in a scope: chooses the disk, opens the file, and closes it with the scope.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { redactorHere } from "../../telemetry/contextKeys.js"
import { TelemetryOpenError } from "../../telemetry/errors.js"
import { warn } from "../../telemetry/report.js"
import { ask, type Disk, type FileFacts, isSame, type Steps } from "./disk.js"
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
   * `"background"` (default): records are queued and written in the background; the program never waits for the disk. `"write-through"`: a
   * record is in the file when its span has ended. This costs one system call per record, and a slow disk blocks the program. Without Node's
   * file functions it is the same as `"background"`, and a warning is logged.
   */
  readonly mode?: "background" | "write-through"
  /** Whether other processes also write to the file; if so, every write starts on a new line. Default: detected. */
  readonly shared?: boolean
  /** Reopens the path on this signal, which then no longer ends the process. Default: no signal handler. */
  readonly reopenOn?: "SIGHUP"
  /** Maximum size of the queue, in bytes. New records that do not fit are dropped and counted. Default 8 MiB. */
  readonly maxQueuedBytes?: number
  /** How long closing the layer waits for the remaining records to be written; the rest is dropped and counted. Default 3 seconds. */
  readonly closeTimeout?: Duration.DurationInput
}

const defaultQueuedBytes = 8 * 1024 * 1024

const defaultCloseTimeout = Duration.seconds(3)

/** A writer for this path in the current scope. When the scope closes, queued records are written first. */
export const openWriter = (
  fs: FileSystem.FileSystem | undefined,
  path: string,
  options: FileOptions
): Effect.Effect<Writer, TelemetryOpenError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const clock = yield* Effect.clock
      const chosen = yield* restore(chooseDisk(fs, path))
      const opened: Opened = yield* restore(inBackground(openLog(chosen.disk, chosen.path))).pipe(
        Effect.mapError((error) =>
          new TelemetryOpenError({
            path,
            reason: reasonOf(error),
            cause: error instanceof OpenRefused ? undefined : error
          })
        )
      )
      const writer = new Writer({
        ...chosen,
        name: path,
        clock,
        rules: yield* redactorHere,
        writeThrough: options.mode === "write-through" && chosen.isSynchronous,
        shared: options.shared ?? false,
        maxQueuedBytes: options.maxQueuedBytes ?? defaultQueuedBytes
      }, opened)
      if (options.mode === "write-through" && !chosen.isSynchronous) {
        warn(`The telemetry file ${path} is written in the background: write-through needs Node's file system`)
      }
      if (chosen.isSynchronous) {
        yield* whileOpen(() => onProcessExit(() => writer.exit()))
      }
      if (options.reopenOn !== undefined) {
        yield* whileOpen(() => onHangup(() => writer.reopen()))
      }
      // Last, so that it is released first: the exit handler is needed until everything is written.
      yield* startWorker(writer, options.closeTimeout ?? defaultCloseTimeout)
      return writer
    })
  )

const whileOpen = (begin: () => () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(Effect.acquireRelease(Effect.sync(begin), (end) => Effect.sync(end)))

interface ChosenDisk {
  readonly disk: Disk
  readonly path: string
  /** Whether the disk supports synchronous calls. */
  readonly isSynchronous: boolean
}

const noFileSystem = "A telemetry file needs Node's file functions or the FileSystem service of @effect/platform"

/** Node's own functions if there is no service, or if it uses the same disk; otherwise the service. */
const chooseDisk = (fs: FileSystem.FileSystem | undefined, path: string): Effect.Effect<ChosenDisk> =>
  Effect.gen(function*() {
    const service = fs && platformDisk(fs, yield* Effect.runtime<never>())
    const functions = yield* NodeFiles
    if (functions !== undefined) {
      const node = nodeDisk(functions)
      if (service === undefined || (yield* areSame(service, node, path))) {
        return { disk: node, path: absolute(path), isSynchronous: true }
      }
    }
    return service === undefined
      ? yield* Effect.dieMessage(noFileSystem)
      : { disk: service, path, isSynchronous: false }
  })

const areSame = (service: Disk, node: Disk, path: string): Effect.Effect<boolean> =>
  Effect.map(
    Effect.all([nearest(service, path), nearest(node, path)]),
    ([theirs, ours]) => theirs?.ino !== undefined && ours !== undefined && isSame(theirs, ours)
  )

/** The nearest existing folder above the path. */
const nearest = (disk: Disk, path: string): Effect.Effect<FileFacts | undefined> =>
  Effect.orElseSucceed(inBackground(nearestFolder(disk, parentOf(path))), () => undefined)

function* nearestFolder(disk: Disk, folder: string): Steps<FileFacts | undefined> {
  const there = yield* ask(disk.behind(folder))
  if (there !== "nothing") {
    return there
  }
  return parentOf(folder) === folder ? undefined : yield* nearestFolder(disk, parentOf(folder))
}

// The program may change its working directory while the file is open.
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

const exitHandlers = new Set<() => void>()

const runExitHandlers = (): void => {
  for (const run of [...exitHandlers]) {
    try {
      run()
    } catch {
      // An exception would change the exit code.
    }
  }
}

const hasProcess = (): boolean => typeof process !== "undefined" && typeof process.on === "function"

/**
 * Runs this synchronous function when the process ends by itself: by `process.exit`, an uncaught exception or an empty event loop, but not by
 * a signal without a handler. All open files share one handler. Call the returned function to remove it.
 */
const onProcessExit = (run: () => void): () => void => {
  if (!hasProcess()) {
    return () => {}
  }
  if (exitHandlers.size === 0) {
    process.on("exit", runExitHandlers)
  }
  exitHandlers.add(run)
  return () => {
    if (exitHandlers.delete(run) && exitHandlers.size === 0) {
      process.off("exit", runExitHandlers)
    }
  }
}

/** Runs this function on each SIGHUP, which then no longer ends the process. Call the returned function to remove it. */
const onHangup = (run: () => void): () => void => {
  if (!hasProcess()) {
    return () => {}
  }
  process.on("SIGHUP", run)
  return () => void process.off("SIGHUP", run)
}
