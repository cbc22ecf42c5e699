/**
 * A span that keeps nothing: its children become children of the span above it.
 *
 * It stands where nothing records, and for spans of other libraries that one of ours covers already.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { handled } from "../../records/promises.js"
import { type AttributeListener, type CoveredChildren, loomSpanOf } from "./LoomSpan.js"

const passedOver = Context.make(Tracer.DisablePropagation, true)

/** A span that is passed over by Effect and by the recorder alike. */
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

/** Says that the current span stands for these children of a library too. */
export const coverChildren = (covers: CoveredChildren): Effect.Effect<void> =>
  Effect.withFiberRuntime((fiber) => {
    const span = fiber.currentSpan === undefined ? undefined : loomSpanOf(fiber.currentSpan)
    if (span !== undefined) {
      span.covers = covers
    }
    return Effect.void
  })

/** The stand-in for a child that the span above it covers; what runs inside is recorded as a child of that one. */
export const coveredSpan = (parent: Option.Option<Tracer.AnySpan>, name: string): Tracer.Span | undefined => {
  const covers = Option.isSome(parent) ? loomSpanOf(parent.value)?.covers : undefined
  return covers?.names.has(name) === true
    ? transparentSpan(parent, (key, value) => covers.listen(key, handled(value)))
    : undefined
}
