/**
 * What a function sees that was given its services when a layer was built, and is called inside a run later.
 *
 * Its services are the ones that it was given. What belongs to the moment (the run, its user, its span, its telemetry) is that of the call: what
 * stood there when the layer was built is stale.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { RunContext } from "../../telemetry/RunContext.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { CurrentWorkflow } from "../workflow/CurrentWorkflow.js"
import { CurrentRun } from "./RunMeter.js"

const ofTheMoment = [Tracer.ParentSpan, Telemetry, RunContext, CurrentRun, CurrentWorkflow].map(({ key }) => key)

/** Runs an effect with these services, at the current moment. */
export const withGiven = <R>(given: Context.Context<R>) => <A, E>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E> =>
  Effect.mapInputContext(self, (current: Context.Context<never>) => {
    const merged = new Map([...current.unsafeMap, ...given.unsafeMap])
    for (const key of ofTheMoment) {
      if (current.unsafeMap.has(key)) {
        merged.set(key, current.unsafeMap.get(key))
      } else {
        merged.delete(key)
      }
    }
    return Context.unsafeMake(merged)
  })
