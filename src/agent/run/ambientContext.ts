/**
 * The context of a function that received its services when a layer was built, and is called inside a run later.
 *
 * It keeps those services, but the run, its user, its span and its telemetry are taken from the call, because those from when the layer was built are
 * stale.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"
import { RunContext } from "../../telemetry/RunContext.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { Recording } from "../tape/Recording.js"
import { CurrentTape } from "../tape/TapePlace.js"
import { CurrentWorkflow } from "../WorkflowStep.js"
import { CurrentRun } from "./RunMeter.js"
import { CurrentPlace } from "./RunPlace.js"

const keysOfCall = [
  Tracer.ParentSpan,
  Telemetry,
  RunContext,
  CurrentRun,
  CurrentPlace,
  CurrentWorkflow,
  CurrentTape,
  Recording
].map(({ key }) => key)

/** Runs an effect with these services in the current run. */
export const withGiven = <R>(given: Context.Context<R>) => <A, E>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E> =>
  Effect.mapInputContext(self, (current: Context.Context<never>) => {
    const merged = new Map([...current.unsafeMap, ...given.unsafeMap])
    for (const key of keysOfCall) {
      if (current.unsafeMap.has(key)) {
        merged.set(key, current.unsafeMap.get(key))
      } else {
        merged.delete(key)
      }
    }
    return Context.unsafeMake(merged)
  })
