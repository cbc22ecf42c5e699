/**
 * Minimal foreign tracers: one that creates spans of its own class, and two that wrap another tracer.
 */
import type * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** A span of another tracer, which keeps everything it receives. */
export class ForeignSpan implements Tracer.Span {
  readonly _tag = "Span"
  readonly attributes = new Map<string, unknown>()
  readonly links: Array<Tracer.SpanLink>
  readonly events: Array<string> = []
  readonly sampled = true
  readonly traceId: string
  status: Tracer.SpanStatus
  ends = 0

  constructor(
    readonly spanId: string,
    readonly name: string,
    readonly parent: Option.Option<Tracer.AnySpan>,
    readonly context: Context.Context<never>,
    links: ReadonlyArray<Tracer.SpanLink>,
    startTime: bigint,
    readonly kind: Tracer.SpanKind
  ) {
    this.traceId = Option.match(parent, { onNone: () => "f".repeat(32), onSome: (span) => span.traceId })
    this.links = [...links]
    this.status = { _tag: "Started", startTime }
  }

  attribute(key: string, value: unknown): void {
    this.attributes.set(key, value)
  }

  event(name: string): void {
    this.events.push(name)
  }

  addLinks(links: ReadonlyArray<Tracer.SpanLink>): void {
    this.links.push(...links)
  }

  end(endTime: bigint, exit: Exit.Exit<unknown, unknown>): void {
    this.ends++
    this.status = { _tag: "Ended", startTime: this.status.startTime, endTime, exit }
  }
}

/** A tracer that creates `ForeignSpan`s, numbered from `f000000000000001`. */
export const foreignTracer = () => {
  const spans: Array<ForeignSpan> = []
  let contexts = 0
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const id = `f${(spans.length + 1).toString(16).padStart(15, "0")}`
      const span = new ForeignSpan(id, name, parent, context, links, startTime, kind)
      spans.push(span)
      return span
    },
    context: (run) => {
      contexts++
      return run()
    }
  })
  return { spans, tracer, contexts: () => contexts }
}

/** A tracer that lets the one below create the span and patches it in place, as Effect's DevTools do. */
export const patchingTracer = (below: Tracer.Tracer) => {
  const begun: Array<string> = []
  const ended: Array<string> = []
  const tracer = Tracer.make({
    span: (...args) => {
      const span = below.span(...args)
      begun.push(span.name)
      const end = span.end
      span.end = function(this: Tracer.Span, ...rest) {
        ended.push(span.name)
        return end.apply(this, rest)
      }
      return span
    },
    context: below.context
  })
  return { tracer, begun, ended }
}

/** A tracer that lets the one below create the span and wraps it in an object. */
export const wrappingTracer = (below: Tracer.Tracer): Tracer.Tracer =>
  Tracer.make({
    span: (...args) => new WrappedSpan(below.span(...args)),
    context: below.context
  })

class WrappedSpan implements Tracer.Span {
  readonly _tag = "Span"

  constructor(private readonly inner: Tracer.Span) {}

  get name() {
    return this.inner.name
  }
  get spanId() {
    return this.inner.spanId
  }
  get traceId() {
    return this.inner.traceId
  }
  get parent() {
    return this.inner.parent
  }
  get context() {
    return this.inner.context
  }
  get status() {
    return this.inner.status
  }
  get attributes() {
    return this.inner.attributes
  }
  get links() {
    return this.inner.links
  }
  get sampled() {
    return this.inner.sampled
  }
  get kind() {
    return this.inner.kind
  }
  end(...args: Parameters<Tracer.Span["end"]>): void {
    this.inner.end(...args)
  }
  attribute(...args: Parameters<Tracer.Span["attribute"]>): void {
    this.inner.attribute(...args)
  }
  event(...args: Parameters<Tracer.Span["event"]>): void {
    this.inner.event(...args)
  }
  addLinks(...args: Parameters<Tracer.Span["addLinks"]>): void {
    this.inner.addLinks(...args)
  }
}
