/**
 * Attributes, events and links, made safe once: the sinks and another tracer are given the same.
 */
import type * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import type { AttributeLimits, Attributes } from "../../records/attributes.js"
import type { RedactionPlace, Redactor } from "../../records/redact/Redactor.js"
import type { EventData } from "../../records/SpanData.js"
import { AttributeBag } from "./attributeBag.js"

/** By whose rules, within which limits. */
export interface Rules {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
}

/** A link whose attributes are safe. */
export interface SafeLink extends Tracer.SpanLink {
  readonly attributes: Attributes
}

/** What a span opens with. */
export interface SafeOpening {
  readonly name: string
  readonly links: ReadonlyArray<SafeLink>
  readonly bag: AttributeBag
}

/** The same, and where it stands. */
export interface SpanOpening extends SafeOpening {
  readonly parent: Tracer.AnySpan | undefined
  /** Whether it was asked for without a parent; the span that is active around Effect is then none either. */
  readonly isRoot: boolean
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  readonly kind: Tracer.SpanKind
  readonly context: Context.Context<never>
}

/** Frozen attributes. */
export const safeAttributes = (
  { limits, redactor }: Rules,
  attributes: { readonly [key: string]: unknown },
  place: RedactionPlace
): Attributes => {
  const bag = new AttributeBag(limits, redactor, place)
  bag.setAll(attributes)
  return Object.freeze(bag.finish())
}

/** An event of a span. */
export const safeEvent = (
  rules: Rules,
  name: string,
  time: bigint,
  attributes: { readonly [key: string]: unknown } = {}
): EventData =>
  Object.freeze({ name: rules.redactor.name(name), time, attributes: safeAttributes(rules, attributes, "event") })

const noLinks: ReadonlyArray<SafeLink> = []

/** Links of a span. */
export const safeLinks = (rules: Rules, links: ReadonlyArray<Tracer.SpanLink>): ReadonlyArray<SafeLink> =>
  links.length === 0
    ? noLinks
    : links.map((link) => ({ ...link, attributes: safeAttributes(rules, link.attributes, "link") }))
