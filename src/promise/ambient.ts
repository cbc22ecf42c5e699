/**
 * The current span and run of asynchronous code, carried by `AsyncLocalStorage`.
 *
 * Fibers carry both in their own context. To connect the two, the tracer below enters the storage for every step of a fiber, and an effect that is
 * started here receives what the storage holds.
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

/** Tracks the current place of all code that runs under one `PromiseTelemetry`. */
export class Ambient {
  private readonly storage = new AsyncLocalStorage<Place>()

  constructor(private readonly recording: Recording | undefined) {}

  /** Forgets all places. While a storage is in use, Node tracks every promise of the program for it. */
  dispose(): void {
    this.storage.disable()
  }

  /** The place of the running code. */
  get place(): Place {
    return this.storage.getStore() ?? outside
  }

  /** The parent of a new span. A span that an OpenTelemetry SDK opened inside ours takes precedence over ours. */
  get parent(): Tracer.AnySpan | undefined {
    const recorder = this.recording?.recorder
    return recorder?.factory.activeParent?.(recorder) ?? recordedParent(this.place.span)
  }

  /** Runs a function, and everything it starts, in a place. */
  enter<A>(place: Place, execute: () => A): A {
    const inContextOf = this.recording?.recorder.factory.inContextOf
    return this.storage.run(place, inContextOf === undefined ? execute : () => inContextOf(place.span, execute))
  }

  /** Runs a step of a fiber in the fiber's place. */
  enterFiber<A>(span: Tracer.AnySpan | undefined, context: Context.Context<never>, step: () => A): A {
    const run = runOf(context)
    const place = this.storage.getStore()
    return place !== undefined && place.span === span && place.run === run
      ? step()
      : this.storage.run({ span, run }, step)
  }
}

/** The tracer of effects that are started with `runPromise`. */
export class AmbientTracer extends LoomTracer {
  override readonly context: Tracer.Tracer["context"]

  constructor({ recorder, tracer }: Recording, ambient: Ambient) {
    super(recorder, tracer.underneath)
    this.context = (step, fiber) =>
      ambient.enterFiber(fiber.currentSpan, fiber.currentContext, () => tracer.context(step, fiber))
  }
}
