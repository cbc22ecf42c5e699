/**
 * A custom sink made by an effect: acquired and released in its own scope, within a time limit, without affecting the program's exit.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Observer } from "../Observer.js"
import { observerOf, type ScopedSinkOptions, type TelemetrySink } from "../TelemetrySink.js"
import { isDrainedBy } from "./queuedSink.js"
import { sinkScopes } from "./sinkScopes.js"

const closeTimeout = Duration.seconds(3)

/** Acquires the sink; its finalizers run when the current scope closes. */
export const acquireSink = <E, R>(
  sink: Effect.Effect<TelemetrySink, E, R>,
  options: ScopedSinkOptions = {}
): Effect.Effect<ReadonlyArray<Observer>, E, Exclude<R, Scope.Scope> | Scope.Scope> =>
  Effect.gen(function*() {
    const scopes = yield* sinkScopes({
      onSinkError: options.onSinkError,
      closeTimeout: options.closeTimeout ?? closeTimeout
    })
    return yield* scopes.acquire((place) =>
      Effect.map(Scope.extend(sink, place.scope), (made) => {
        place.name = made.name
        place.closeTimeout = options.closeTimeout ?? made.closeTimeout ?? closeTimeout
        const observer = observerOf(made, options)
        return [isDrainedBy(made.flush, place.scope) ? { ...observer, isFlushedByRelease: true } : observer]
      })
    )
  })
