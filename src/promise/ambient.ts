/**
 * The current span and run of asynchronous code, carried by `AsyncLocalStorage`.
 *
 * Fibers carry them in their own context. So that each side finds the other's, the tracer of this room enters the storage for every step of a fiber, and
 * an effect that is started from here gets what the storage holds.
 */
import * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import { AsyncLocalStorage } from "node:async_hooks"
import { type RunContextShape, runOf } from "../telemetry/RunContext.js"
import type { Recording } from "../telemetry/TelemetryService.js"
import { LoomTracer } from "../telemetry/tracing/LoomTracer.js"
import { recordedParent } from "../telemetry/tracing/parents.js"

/** Where code runs: inside which span, for which run. */
export interface Place {
  readonly span: Tracer.AnySpan | undefined
  readonly run: RunContextShape
}

const outside: Place = { span: undefined, run: runOf(Context.empty()) }

/** The current place of everything that one telemetry runs. */
export class Ambient {
  private readonly storage = new AsyncLocalStorage<Place>()

  constructor(private readonly recording: Recording | undefined) {}

  /** Lets go of all places: as long as a storage is in use, Node follows every promise of the program for it. */
  dispose(): void {
    this.storage.disable()
  }

  /** The place of the running code. */
  get place(): Place {
    return this.storage.getStore() ?? outside
  }

  /** The span that a new one is a child of. One that an OpenTelemetry SDK made inside ours is nearer than ours. */
  get parent(): Tracer.AnySpan | undefined {
    const recorder = this.recording?.recorder
    return recorder?.factory.activeParent?.(recorder) ?? recordedParent(this.place.span)
  }

  /** Runs something in a place, and what it starts. */
  enter<A>(place: Place, execute: () => A): A {
    const inContextOf = this.recording?.recorder.factory.inContextOf
    return this.storage.run(place, inContextOf === undefined ? execute : () => inContextOf(place.span, execute))
  }

  /** Runs a step of a fiber in the place that the fiber is in. */
  enterFiber<A>(span: Tracer.AnySpan | undefined, context: Context.Context<never>, step: () => A): A {
    const run = runOf(context)
    const place = this.storage.getStore()
    return place !== undefined && place.span === span && place.run === run
      ? step()
      : this.storage.run({ span, run }, step)
  }
}

/** The tracer of effects that are started from this room. */
export class AmbientTracer extends LoomTracer {
  override readonly context: Tracer.Tracer["context"]

  constructor({ recorder, tracer }: Recording, ambient: Ambient) {
    super(recorder, tracer.underneath)
    this.context = (step, fiber) =>
      ambient.enterFiber(fiber.currentSpan, fiber.currentContext, () => tracer.context(step, fiber))
  }
}
