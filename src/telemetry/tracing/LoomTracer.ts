/**
 * Our implementation of Effect's tracer: every `Effect.withSpan` of every library is recorded by the same sinks, in the same tree.
 *
 * On top of Effect's native tracer, it creates the spans itself. On top of any other tracer (OpenTelemetry, DevTools), it decorates that
 * tracer's spans in place, so that `instanceof`, sampling and their own methods keep working, and uses their ids.
 */
import type * as Context from "effect/Context"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Recorder } from "../Recorder.js"
import { AttributeBag } from "./attributeBag.js"
import { clockOf } from "./fiber.js"
import { decorate } from "./foreign/decorate.js"
import { warnMisplaced } from "./misplacedSettings.js"
import { nativeTracer, parentBelow, recordedParent } from "./parents.js"
import { safeLinks, type SafeOpening } from "./safe.js"
import { coveredSpan } from "./transparentSpan.js"

/**
 * The context of another tracer, guarded against its exceptions. It is entered for every step of a fiber; Effect would take an exception for one of
 * the step and run the next step, which throws again, forever.
 */
const guarded = (underneath: Tracer.Tracer): Tracer.Tracer["context"] => (step, fiber) => {
  let entered = false
  try {
    return underneath.context(() => {
      entered = true
      return step()
    }, fiber)
  } catch (error) {
    if (entered) {
      throw error
    }
    return step()
  }
}

const untimed = BigInt(0)

/** The start time of a span. With `Effect.withTracerTiming(false)` none is passed: then it is now, and the span also ends then. */
const timed = (start: bigint): bigint => {
  const fiber = start === untimed ? Fiber.getCurrentFiber() : Option.none()
  return Option.isSome(fiber) ? clockOf(fiber.value).unsafeCurrentTimeNanos() : start
}

/** Identifies our tracers, whichever copy and version of this package made them. */
const LoomTracerTypeId: unique symbol = Symbol.for("loom-telemetry/LoomTracer")

/** Whether a tracer is one of ours. For one of another version, rely only on `below` and `underneath`. */
export const isLoomTracer = (tracer: Tracer.Tracer): tracer is LoomTracer => LoomTracerTypeId in tracer

/** A tracer that records what it traces. */
export class LoomTracer implements Tracer.Tracer {
  readonly [LoomTracerTypeId]: typeof LoomTracerTypeId = LoomTracerTypeId
  readonly [Tracer.TracerTypeId]: typeof Tracer.TracerTypeId = Tracer.TracerTypeId
  readonly context: Tracer.Tracer["context"]

  constructor(
    readonly recorder: Recorder,
    /** Creates the spans. */
    readonly underneath: Tracer.Tracer,
    /** The tracer installed before; the same as `underneath`, unless the sinks have a factory that creates the spans instead. */
    readonly below: Tracer.Tracer = underneath
  ) {
    this.context = recorder.factory.context ?? (underneath === nativeTracer ? (f) => f() : guarded(underneath))
  }

  span(
    name: string,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    links: ReadonlyArray<Tracer.SpanLink>,
    start: bigint,
    kind: Tracer.SpanKind,
    options?: Tracer.SpanOptions
  ): Tracer.Span {
    const covered = coveredSpan(parent, name)
    if (covered !== undefined) {
      return covered
    }
    if (this.recorder.unchecked > 0) {
      Option.map(Fiber.getCurrentFiber(), (fiber) => warnMisplaced(this.recorder, fiber))
    }
    const before = this.recorder.takeHandedOn()
    const handedOn = before && handedBack(this.recorder, before, name, links, options?.attributes)
    const opening = handedOn ?? openingOf(this.recorder, name, links, options?.attributes)
    const span = this.underneath === nativeTracer
      ? this.make(opening, parent, context, start, kind, options?.root === true)
      : decorate(this.recorder, this.underneath, opening, {
        parent: Option.fromNullable(parentBelow(Option.getOrUndefined(parent))),
        context,
        start,
        kind,
        options
      })
    if (handedOn === undefined) {
      // Effect sets all attributes again after this returns, so the dropped ones are counted then.
      opening.bag.forgetDropped()
    }
    return span
  }

  private make(
    { bag, links, name }: SafeOpening,
    parent: Option.Option<Tracer.AnySpan>,
    context: Context.Context<never>,
    start: bigint,
    kind: Tracer.SpanKind,
    isRoot: boolean
  ): Tracer.Span {
    const above = recordedParent(Option.getOrUndefined(parent))
    const span = this.recorder.make({ name, links, bag, parent: above, isRoot, start: timed(start), kind, context })
    this.recorder.announce(span)
    return span
  }
}

/** The opening as returned by another tracer, which may have added to it. */
const handedBack = (
  recorder: Recorder,
  opening: SafeOpening,
  name: string,
  links: ReadonlyArray<Tracer.SpanLink>,
  attributes: { readonly [key: string]: unknown } = {}
): SafeOpening => {
  opening.bag.setHandedBack(attributes)
  return {
    name: name === opening.name ? name : recorder.redactor.name(name),
    links: links === opening.links ? opening.links : safeLinks(recorder, links),
    bag: opening.bag
  }
}

/** The opening of a span of Effect's, which sets each attribute again later. */
const openingOf = (
  recorder: Recorder,
  name: string,
  links: ReadonlyArray<Tracer.SpanLink>,
  attributes: { readonly [key: string]: unknown } | undefined
): SafeOpening => {
  const bag = new AttributeBag(recorder.limits, recorder.redactor)
  if (attributes !== undefined) {
    bag.setOpening(attributes)
  }
  return { name: recorder.redactor.name(name), links: safeLinks(recorder, links), bag }
}
