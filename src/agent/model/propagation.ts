/**
 * Keeps trace headers off requests to model vendors.
 *
 * The HTTP client of `@effect/platform` sends `traceparent` and `b3` with every request, which mean nothing to a vendor. They are omitted during a
 * model call, but not by tools that run inside the call. If you need them, for example for your own gateway, give the vendor's client
 * `transformClient: HttpClient.withTracerPropagation(true)`, which takes precedence.
 */
import type * as Toolkit from "@effect/ai/Toolkit"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Stream from "effect/Stream"
import type { Tools } from "../tools/looseToolkit.js"
import { CurrentCall } from "./CallMeter.js"

const propagation = HttpClient.currentTracerPropagation

/** The effect, without trace headers on its requests. */
export const withoutPropagation = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.locally(self, propagation, false)

/** The stream, without trace headers on its requests; its consumer keeps them. */
export const streamWithoutPropagation = <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.fromPull(Effect.map(withoutPropagation(Stream.toPull(self)), withoutPropagation))

/** The options of a model call that matter here. */
interface CallOptions {
  readonly toolkit?: Toolkit.WithHandler<Tools> | Effect.Effect<Toolkit.WithHandler<Tools>, unknown, unknown>
}

/**
 * The options, with tools that run outside of the call: they propagate like the caller, and their model calls are not part of this one. `onTools`
 * receives these tools.
 */
export const withOutsideTools = <Options>(
  options: Options,
  onTools: (tools: Tools) => void
): Effect.Effect<Options> =>
  Effect.map(FiberRef.get(propagation), (callers) => {
    const { toolkit } = options as CallOptions
    const outside = (handled: Toolkit.WithHandler<Tools>): Toolkit.WithHandler<Tools> => {
      onTools(handled.tools)
      return {
        ...handled,
        handle: (name, params) =>
          handled.handle(name, params).pipe(
            Effect.locally(propagation, callers),
            Effect.provideService(CurrentCall, undefined)
          )
      }
    }
    return toolkit === undefined ? options : {
      ...options,
      toolkit: Effect.isEffect(toolkit) ? Effect.map(toolkit, outside) : outside(toolkit)
    }
  })
