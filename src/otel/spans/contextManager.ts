/**
 * Lets instrumentation that knows nothing of Effect find the current span: `trace.getActiveSpan()` works inside effects.
 *
 * OpenTelemetry has one context manager a process. Ours is registered while any of our layers is open, and only where nobody else registered one.
 * While it is, it is asked directly: the API looks the registered one up again for every step of a fiber.
 */
import * as OtelApi from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

let users = 0
let ours: OtelApi.ContextManager | undefined

class OurContextManager extends AsyncLocalStorageContextManager {
  // How the API tells that it is not the registered one any more, whoever asked for that.
  override disable(): this {
    if (ours === this) {
      ours = undefined
    }
    return super.disable()
  }
}

const register = (): void => {
  users++
  if (users === 1) {
    const manager = new OurContextManager().enable()
    ours = OtelApi.context.setGlobalContextManager(manager) ? manager : undefined
  }
}

const unregister = (): void => {
  users--
  if (users === 0 && ours !== undefined) {
    OtelApi.context.disable()
  }
}

/** Registers the context manager for the current scope. */
export const contextManager: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(register),
  () => Effect.sync(unregister)
)

/** The active context. */
export const activeContext = (): OtelApi.Context => (ours ?? OtelApi.context).active()

/** Runs something with a context active. */
export const runInContext = <A>(context: OtelApi.Context, execute: () => A): A =>
  ours === undefined ? OtelApi.context.with(context, execute) : ours.with(context, execute)
