/**
 * Lets instrumentation that knows nothing of Effect find the current span: `trace.getActiveSpan()` works inside effects.
 *
 * OpenTelemetry has one context manager a process. It is registered while any of our layers is open, and only where nobody else registered one.
 */
import * as OtelApi from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

let users = 0
let ours: AsyncLocalStorageContextManager | undefined

const register = (): void => {
  users++
  if (users === 1) {
    const manager = new AsyncLocalStorageContextManager().enable()
    ours = OtelApi.context.setGlobalContextManager(manager) ? manager : undefined
  }
}

const unregister = (): void => {
  users--
  if (users === 0 && ours !== undefined) {
    OtelApi.context.disable()
    ours = undefined
  }
}

/** Registers the context manager for the current scope. */
export const contextManager: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(register),
  () => Effect.sync(unregister)
)
