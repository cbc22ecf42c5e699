/**
 * Records spans that another tracer creates.
 */
import type * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import type { Recorder } from "../../Recorder.js"
import { areValidIds, randomIds } from "../ids.js"
import { LoomSpan, loomSpanOf, rememberShadow } from "../LoomSpan.js"
import { exceptionOf } from "../outcome.js"
import { isNativeSpan, parentBelow } from "../parents.js"
import { safeEvent, safeLinks, type SafeOpening } from "../safe.js"
import { askingOnce, type ExitRules, foreignExit } from "./foreignExit.js"

/** The remaining arguments for the other tracer. */
interface TracerArguments {
  readonly parent: Option.Option<Tracer.AnySpan>
  readonly context: Context.Context<never>
  readonly start: bigint
  readonly kind: Tracer.SpanKind
  readonly options: Tracer.SpanOptions | undefined
}

/** One of our spans, which records another tracer's span. */
class ShadowSpan extends LoomSpan {
  /** The rules that redact its exit, both for the record and for the other tracer. */
  exitRules: ExitRules | undefined = undefined

  protected override exceptionOf(exit: Exit.Exit<unknown, unknown>): string | null {
    const { limits, redactor } = this.exitRules ?? this.owner
    return exceptionOf(exit, limits, redactor)
  }
}

/**
 * Lets another tracer create the span, and records it as well. A span that is already recorded (because that tracer delegates to one
 * of ours) is returned unchanged.
 */
export const decorate = (
  recorder: Recorder,
  tracer: Tracer.Tracer,
  opening: SafeOpening,
  { context, kind, options, parent, start }: TracerArguments
): Tracer.Span => {
  const { bag, links, name } = opening
  const foreign = recorder.handingOn(
    opening,
    () => tracer.span(name, parent, context, links, start, kind, { ...options, attributes: bag.told() })
  )
  if (loomSpanOf(foreign)?.owner === recorder) {
    return foreign
  }
  const made = recorder.newest
  if (made !== undefined && made.spanId === foreign.spanId && made.traceId === foreign.traceId) {
    // One of our spans, wrapped by the other tracer.
    rememberShadow(foreign, made)
    return foreign
  }
  const above = recordedAbove(foreign)
  const recordedOpening = { ...opening, parent: above, isRoot: options?.root === true, start, kind, context }
  const { spanId, traceId } = idsOf(foreign, above)
  const shadow = new ShadowSpan(recorder, recordedOpening, traceId, spanId, inheritSampling(foreign, above))
  rememberShadow(foreign, shadow)
  patch(foreign, shadow, methodsOf(foreign))
  recorder.announce(shadow)
  return foreign
}

/** The parent to record: skips unrecorded spans with invalid ids. */
const recordedAbove = (foreign: Tracer.Span): Tracer.AnySpan | undefined => {
  let above = parentBelow(Option.getOrUndefined(foreign.parent))
  while (above !== undefined) {
    const recorded = loomSpanOf(above) ?? above
    if (areValidIds(recorded.traceId, recorded.spanId)) {
      return recorded
    }
    above = above._tag === "Span" ? parentBelow(Option.getOrUndefined(above.parent)) : undefined
  }
  return undefined
}

/** The other tracer's ids, if valid: while tracing is suppressed, OpenTelemetry gives all spans the same invalid ones. */
const idsOf = (
  { spanId, traceId }: Tracer.Span,
  above: Tracer.AnySpan | undefined
): { readonly traceId: string; readonly spanId: string } =>
  areValidIds(traceId, spanId)
    ? { traceId, spanId }
    : { traceId: above?.traceId ?? randomIds.traceId(), spanId: randomIds.spanId() }

/** Whether a span is sampled. Effect's own tracer ignores the parent's decision, and headers would propagate `sampled`. */
const inheritSampling = (foreign: Tracer.Span, above: Tracer.AnySpan | undefined): boolean => {
  if (isNativeSpan(foreign) && above?.sampled === false) {
    Object.assign(foreign, { sampled: false })
  }
  return foreign.sampled
}

/** The methods that change an open span. */
type SpanMethods = Pick<Tracer.Span, "attribute" | "event" | "addLinks" | "end">

const methodsOf = (span: Tracer.Span): SpanMethods => {
  const { addLinks, attribute, end, event } = span
  return {
    attribute: (key, value) => attribute.call(span, key, value),
    event: (name, time, attributes) => event.call(span, name, time, attributes),
    addLinks: (links) => addLinks.call(span, links),
    end: (time, exit) => end.call(span, time, exit)
  }
}

/**
 * Replaces a span's methods so that calls are recorded by our span and passed, redacted, to `target`. In place: a wrapper around a span would lose
 * what the tracer underneath keeps on it, such as sampling.
 */
export const patch = (span: Tracer.Span, recorded: LoomSpan, target: SpanMethods): void => {
  const { owner } = recorded
  span.attribute = (key, value) => {
    const safe = recorded.take(key, value)
    if (safe !== undefined) {
      target.attribute(owner.redactor.ruleOf(key).name, safe)
    }
  }
  span.event = (name, time, attributes) => {
    const safe = safeEvent(owner, name, time, attributes)
    recorded.keepEvent(safe)
    target.event(safe.name, time, attributes && { ...safe.attributes })
  }
  span.addLinks = (links) => {
    const safe = safeLinks(owner, links)
    recorded.keepLinks(safe)
    target.addLinks(safe)
  }
  span.end = (time, exit) => {
    const rules = askingOnce(owner)
    if (recorded instanceof ShadowSpan) {
      recorded.exitRules = rules
    }
    try {
      target.end(time, foreignExit(exit, rules))
    } finally {
      owner.endFromTracer(recorded, time, exit)
    }
  }
}
