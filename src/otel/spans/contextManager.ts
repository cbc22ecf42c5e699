/**
 * Makes `trace.getActiveSpan()` work inside effects, for instrumentation that does not use Effect.
 *
 * OpenTelemetry has one context manager per process. Ours is registered while any of our layers is open, unless another one is registered already. We
 * call it directly, because the API would look it up again for every step of a fiber.
 */
import * as OtelApi from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { shared } from "../../telemetry/copies.js"

/** One state for all copies of this package. */
const state = shared("contextManager", () => ({
  users: 0,
  ours: undefined as OtelApi.ContextManager | undefined
}))

class OurContextManager extends AsyncLocalStorageContextManager {
  // The API calls this when the context manager is no longer registered.
  override disable(): this {
    if (state.ours === this) {
      state.ours = undefined
    }
    return super.disable()
  }
}

const register = (): void => {
  state.users++
  if (state.users === 1) {
    const manager = new OurContextManager().enable()
    state.ours = OtelApi.context.setGlobalContextManager(manager) ? manager : undefined
  }
}

const unregister = (): void => {
  state.users--
  if (state.users === 0 && state.ours !== undefined) {
    OtelApi.context.disable()
  }
}

export const contextManager: Effect.Effect<void, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(register),
  () => Effect.sync(unregister)
)

export const activeContext = (): OtelApi.Context => (state.ours ?? OtelApi.context).active()

export const runInContext = <A>(context: OtelApi.Context, execute: () => A): A =>
  state.ours === undefined ? OtelApi.context.with(context, execute) : state.ours.with(context, execute)
