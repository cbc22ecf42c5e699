/**
 * Saying that something is wrong with telemetry: through `Effect.logWarning`, never through the sinks, and not over and over.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"

/**
 * Logs a warning from synchronous code, with the loggers of the fiber that is running; outside a fiber with the default ones.
 *
 * The context is left out on purpose: with it, the warning would become an event of the span that is being recorded.
 */
export const warn = (message: string, annotations: { readonly [key: string]: unknown } = {}): void => {
  const fiber = Fiber.getCurrentFiber()
  const runtime = Runtime.make({
    context: Context.empty(),
    runtimeFlags: Runtime.defaultRuntimeFlags,
    fiberRefs: fiber._tag === "Some" ? fiber.value.getFiberRefs() : FiberRefs.empty()
  })
  Runtime.runFork(runtime)(Effect.annotateLogs(Effect.logWarning(message), annotations))
}

/** Says each thing once. */
export class Reporter {
  private readonly said = new Set<unknown>()

  /** Logs the message unless this key was reported before. Keys are compared by identity. */
  once(key: unknown, message: string): void {
    if (!this.said.has(key)) {
      this.said.add(key)
      warn(message)
    }
  }
}
