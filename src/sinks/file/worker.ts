/**
 * The fiber that writes in the background until the layer closes. It wakes as soon as there is something to write, and retries after a
 * delay if the disk fails.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { withCap } from "../../telemetry/lifecycle/sinkScopes.js"
import type { Writer } from "./writer.js"

/** The first and the longest delay before a failed write is retried, in milliseconds. */
const firstDelay = 50
const longestDelay = 5000

/** How long a release waits, after `closeTimeout`, for a working disk to remove an unfinished line. */
const trimCap: Duration.DurationInput = "250 millis"

/** Runs the writer while the scope is open, and for up to `closeTimeout` after that. */
export const startWorker = (
  writer: Writer,
  closeTimeout: Duration.DurationInput
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.uninterruptible(Effect.gen(function*() {
    const wake = yield* Effect.makeLatch(false)
    const retry = yield* Effect.makeLatch(false)
    writer.wake = () => void wake.unsafeOpen()
    writer.retryNow = () => {
      wake.unsafeOpen()
      retry.unsafeOpen()
    }
    const worker = yield* Effect.forkDaemon(work(writer, wake, retry))
    yield* Effect.addFinalizer(() => close(writer, worker, closeTimeout))
  }))

const work = (writer: Writer, wake: Effect.Latch, retry: Effect.Latch): Effect.Effect<void> =>
  Effect.gen(function*() {
    let delay = firstDelay
    while (!writer.isClosed) {
      yield* wake.await
      // Effect 4 runs the fibers waiting for a latch inside the call that opens it, which here ends a span.
      yield* Effect.yieldNow()
      // A request after this point gets a new attempt if this one fails.
      retry.unsafeClose()
      const before = writer.stats.written
      const error = yield* writeAll(writer)
      writer.health.reportRecovery()
      if (error !== undefined && !writer.isClosed) {
        writer.onError(error)
        delay = writer.stats.written > before ? firstDelay : delay
        yield* Effect.timeoutOption(retry.await, delay)
        delay = Math.min(delay * 2, longestDelay)
      } else if (!writer.hasWork) {
        // Synchronous: a record queued between the check and closing the latch would not wake the worker.
        wake.unsafeClose()
        delay = firstDelay
        writer.onIdle()
      }
    }
    yield* Effect.async<void>((resume) => writer.closeFile(() => resume(Effect.void)))
  }).pipe(
    Effect.withTracerEnabled(false),
    // Never interrupted from outside, because pending calls continue anyway and need the file to stay open. But `timeoutOption` interrupts
    // its own waits, so the fiber must be interruptible.
    Effect.interruptible
  )

const writeAll = (writer: Writer): Effect.Effect<unknown> =>
  Effect.async<unknown>((resume) => writer.write((error) => resume(Effect.succeed(error))))

const close = (
  writer: Writer,
  worker: Fiber.Fiber<void>,
  closeTimeout: Duration.DurationInput
): Effect.Effect<void> =>
  Effect.gen(function*() {
    writer.isClosing = true
    writer.retryNow()
    const ended = yield* withCap(Fiber.await(worker), closeTimeout)
    if (ended._tag === "None") {
      writer.close()
      writer.retryNow()
      if (!writer.isWriting) {
        yield* withCap(Fiber.await(worker), trimCap)
      }
    }
  })
