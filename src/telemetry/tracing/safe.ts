/**
 * Redacts attributes, events and links once; the sinks and another tracer receive the same result.
 */
import type * as Context from "effect/Context"
import type * as Tracer from "effect/Tracer"
import type { AttributeLimits, Attributes } from "../../records/attributes.js"
import type { RedactionPlace, Redactor } from "../../records/redact/Redactor.js"
import type { EventData } from "../../records/SpanData.js"
import { AttributeBag } from "./attributeBag.js"

/** The limits and redaction to apply. */
export interface Rules {
  readonly limits: AttributeLimits
  readonly redactor: Redactor
}

/** A link with redacted attributes. */
export interface SafeLink extends Tracer.SpanLink {
  readonly attributes: Attributes
}

/** The redacted name, links and attributes of a new span. */
export interface SafeOpening {
  readonly name: string
  readonly links: ReadonlyArray<SafeLink>
  readonly bag: AttributeBag
}

/** Everything needed to create a span. */
export interface SpanOpening extends SafeOpening {
  readonly parent: Tracer.AnySpan | undefined
  /** Whether a root span was requested; the active span outside of Effect is then ignored too. */
  readonly isRoot: boolean
  /** Nanoseconds since the epoch. */
  readonly start: bigint
  readonly kind: Tracer.SpanKind
  readonly context: Context.Context<never>
}

/** Redacted, frozen attributes. */
export const safeAttributes = (
  { limits, redactor }: Rules,
  attributes: { readonly [key: string]: unknown },
  place: RedactionPlace
): Attributes => {
  const bag = new AttributeBag(limits, redactor, place)
  bag.setAll(attributes)
  return Object.freeze(bag.finish())
}

/** A redacted event of a span. */
export const safeEvent = (
  rules: Rules,
  name: string,
  time: bigint,
  attributes: { readonly [key: string]: unknown } = {}
): EventData =>
  Object.freeze({ name: rules.redactor.name(name), time, attributes: safeAttributes(rules, attributes, "event") })

const noLinks: ReadonlyArray<SafeLink> = []

/** Whether a link names a span. Code without types passes anything, and Effect does not look at it. */
const isLink = (link: Tracer.SpanLink): boolean => {
  try {
    return typeof link.span.traceId === "string" && typeof link.span.spanId === "string"
  } catch {
    return false
  }
}

/** Redacted links of a span, without invalid ones. */
export const safeLinks = (rules: Rules, links: ReadonlyArray<Tracer.SpanLink>): ReadonlyArray<SafeLink> =>
  links.length === 0 || !Array.isArray(links)
    ? noLinks
    : links.filter(isLink).map((link) => ({ ...link, attributes: safeAttributes(rules, link.attributes, "link") }))
