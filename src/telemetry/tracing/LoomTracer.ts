/**
 * Effect's tracer, ours: every `Effect.withSpan` of every library lands in the same sinks, in the same tree.
 *
 * Where the tracer underneath is Effect's native one, spans are ours alone. Over any other tracer (OpenTelemetry, DevTools) the span
 * that it made is decorated in place, so that `instanceof`, sampling and its own methods keep working, and its ids are used.
 */
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { sayInVain } from "../lifecycle/misplaced.js"
import type { Recorder } from "../Recorder.js"
import { foreignAttributes, foreignExit, foreignLinks } from "../redact/foreign.js"
import { areValidIds } from "./ids.js"
import { LoomSpan, loomSpanOf, rememberShadow } from "./LoomSpan.js"
import type { SpanOpening } from "./SpanFactory.js"
import { coveredSpan } from "./transparentSpan.js"

/** The tracer that Effect uses where none was installed. */
export const nativeTracer: Tracer.Tracer = Context.get(DefaultServices.liveServices, Tracer.Tracer)

const NativeSpan = nativeTracer.span(
  "probe",
  Option.none(),
  Context.empty(),
  [],
  BigInt(0),
  "internal"
).constructor

/**
 * The span that a new one should be the child of. Spans that nobody records (Effect's native ones, those of regions where
 * tracing is switched off) are passed over; ids from outside that are not well-formed are not continued.
 */
export const recordedParent = (span: Tracer.AnySpan | undefined): Tracer.AnySpan | undefined => {
  let current = span
  while (current !== undefined && !(current instanceof LoomSpan)) {
    if (current._tag === "ExternalSpan") {
      return areValidIds(current.traceId, current.spanId) ? current : undefined
    }
    if (current.constructor !== NativeSpan && !Context.get(current.context, Tracer.DisablePropagation)) {
      return current
    }
    current = Option.getOrUndefined(current.parent)
  }
  return current
}

/**
 * The context of another tracer. It is entered for every step of a fiber, and a throw of its own would be taken for one of the step: Effect would
 * run the next step, which throws again, for ever.
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

/** A tracer that records what it traces. */
export class LoomTracer implements Tracer.Tracer {
  readonly [Tracer.TracerTypeId]: typeof Tracer.TracerTypeId = Tracer.TracerTypeId
  readonly context: Tracer.Tracer["context"]

  constructor(readonly recorder: Recorder, readonly underneath: Tracer.Tracer) {
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
      Option.map(Fiber.getCurrentFiber(), (fiber) => sayInVain(this.recorder, fiber))
    }
    if (this.underneath !== nativeTracer) {
      return decorate(this.recorder, this.underneath, [name, parent, context, links, start, kind, options])
    }
    const span = this.recorder.make({
      name: this.recorder.redactor.name(name),
      parent: recordedParent(Option.getOrUndefined(parent)),
      start,
      kind,
      context
    })
    span.addLinks(links)
    // Effect puts the attributes on after this returns; a sink that wants to know of the start needs them now, and all at once is cheaper.
    if (options?.attributes !== undefined) {
      span.bag.setAll(options.attributes)
    }
    this.recorder.announce(span)
    // All are offered once more, and what is left out of them is counted then.
    span.bag.forgetDropped()
    return span
  }
}

/**
 * Lets another tracer make the span, and records it as well. A span that is recorded already (because that tracer delegates to one
 * of ours) is given back as it is.
 */
export const decorate = (
  recorder: Recorder,
  tracer: Tracer.Tracer,
  args: Parameters<Tracer.Tracer["span"]>
): Tracer.Span => {
  const [given, parent, context, links, start, kind, options] = args
  const name = recorder.redactor.name(given)
  const attributes = options?.attributes && foreignAttributes(recorder, options.attributes, "span")
  const foreign = tracer.span(
    name,
    parent,
    context,
    links.length === 0 ? links : foreignLinks(recorder, links),
    start,
    kind,
    attributes === undefined ? options : { ...options, attributes }
  )
  if (loomSpanOf(foreign)?.owner === recorder) {
    return foreign
  }
  const made = recorder.newest
  if (made !== undefined && made.spanId === foreign.spanId && made.traceId === foreign.traceId) {
    // A span of ours with the other tracer's object around it.
    rememberShadow(foreign, made)
    return foreign
  }
  const opening: SpanOpening = {
    name,
    parent: recordedParent(Option.getOrUndefined(foreign.parent)),
    start,
    kind,
    context
  }
  const shadow = new LoomSpan(
    recorder,
    opening.name,
    foreign.traceId,
    foreign.spanId,
    opening.parent,
    opening.start,
    opening.kind,
    opening.context,
    foreign.sampled
  )
  shadow.addLinks(links)
  if (attributes !== undefined && recorder.observesStart) {
    shadow.bag.setAll(attributes)
    // They are offered to the other tracer's span once more, and what is left out of them is counted then.
    shadow.bag.forgetDropped()
  }
  rememberShadow(foreign, shadow)
  patch(foreign, shadow)
  recorder.announce(shadow)
  return foreign
}

// In place: a new object around the span would lose what the tracer underneath keeps on it (sampling among it).
const patch = (foreign: Tracer.Span, shadow: LoomSpan): void => {
  const { addLinks, attribute, end, event } = foreign
  const { owner } = shadow
  foreign.attribute = (key, value) => {
    const safe = shadow.take(key, value)
    if (safe !== undefined) {
      attribute.call(foreign, owner.redactor.ruleOf(key).name, safe)
    }
  }
  foreign.event = (name, time, attributes) => {
    shadow.event(name, time, attributes)
    event.call(
      foreign,
      owner.redactor.name(name),
      time,
      attributes && { ...foreignAttributes(owner, attributes, "event") }
    )
  }
  foreign.addLinks = (links) => {
    shadow.addLinks(links)
    addLinks.call(foreign, foreignLinks(owner, links))
  }
  foreign.end = (time, exit) => {
    try {
      end.call(foreign, time, foreignExit(exit, owner))
    } finally {
      shadow.end(time, exit)
    }
  }
}
