/**
 * A span that records nothing: its children become children of the span above it.
 *
 * Used if nothing records, and for spans of other libraries that one of ours already covers.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { handled } from "../../records/promises.js"
import { type AttributeListener, type CoveredChildren, loomSpanOf } from "./LoomSpan.js"

const passedOver = Context.make(Tracer.DisablePropagation, true)

/** A span that both Effect and the recorder skip. */
export const transparentSpan = (
  parent: Option.Option<Tracer.AnySpan>,
  listen: AttributeListener = () => {}
): Tracer.Span => ({
  _tag: "Span",
  name: "",
  spanId: "noop",
  traceId: "noop",
  parent,
  context: passedOver,
  status: { _tag: "Started", startTime: BigInt(0) },
  attributes: new Map(),
  links: [],
  sampled: false,
  kind: "internal",
  end() {},
  attribute: listen,
  event() {},
  addLinks() {}
})

/** Lets the current span cover these children of a library. */
export const coverChildren = (covers: CoveredChildren): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const span = fiber.currentSpan === undefined ? undefined : loomSpanOf(fiber.currentSpan)
    if (span !== undefined) {
      span.covers = covers
    }
    return Effect.void
  })

/** The placeholder for a child that the span above covers; spans opened inside become children of the span above. */
export const coveredSpan = (parent: Option.Option<Tracer.AnySpan>, name: string): Tracer.Span | undefined => {
  const covers = Option.isSome(parent) ? loomSpanOf(parent.value)?.covers : undefined
  return covers?.names.has(name) === true
    ? transparentSpan(parent, (key, value) => covers.listen(key, handled(value)))
    : undefined
}
