/**
 * Runs user code in its own fiber: if it interrupts itself, or joins an interrupted fiber, only that fiber ends, not the run.
 *
 * Only interrupting the caller interrupts the caller. Fibers that the code forks end with it; its changes to fiber references are kept.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

/** The exit of an effect, however it ends. */
export const exitOf = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<Exit.Exit<A, E>, never, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(Effect.fork(restore(self)), (fiber) =>
      restore(Fiber.await(fiber)).pipe(
        Effect.onInterrupt(() => Fiber.interrupt(fiber)),
        Effect.zipLeft(Fiber.inheritAll(fiber))
      ))
  )
