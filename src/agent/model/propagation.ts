/**
 * Model vendors are not told about our traces.
 *
 * The HTTP client of `@effect/platform` puts `traceparent` and `b3` on every request. To a vendor they are identifiers of ours that mean
 * nothing there. They are left out while a model is called, and nowhere else: tools that run inside the call propagate as before. Whoever
 * wants them, for a gateway of their own, gives the vendor's client `transformClient: HttpClient.withTracerPropagation(true)`, which is nearer
 * to the request and wins.
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

/** The stream, without trace headers on its requests; on its consumer's they stay. */
export const streamWithoutPropagation = <A, E, R>(self: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.fromPull(Effect.map(withoutPropagation(Stream.toPull(self)), withoutPropagation))

/** Options of a model call, as far as they matter here. */
interface CallOptions {
  readonly toolkit?: Toolkit.WithHandler<Tools> | Effect.Effect<Toolkit.WithHandler<Tools>, unknown, unknown>
}

/** The same options; tools that the call itself runs are outside of it: they propagate as the caller does, and their model calls are their own. */
export const withOutsideTools = <Options>(options: Options): Effect.Effect<Options> =>
  Effect.map(FiberRef.get(propagation), (callers) => {
    const { toolkit } = options as CallOptions
    const outside = (handled: Toolkit.WithHandler<Tools>): Toolkit.WithHandler<Tools> => ({
      ...handled,
      handle: (name, params) =>
        handled.handle(name, params).pipe(
          Effect.locally(propagation, callers),
          Effect.provideService(CurrentCall, undefined)
        )
    })
    return toolkit === undefined ? options : {
      ...options,
      toolkit: Effect.isEffect(toolkit) ? Effect.map(toolkit, outside) : outside(toolkit)
    }
  })
