/**
 * The kind of a span and the label of its row: the name of the agent, model or tool first, instead of `loom.tool` forty times.
 *
 * Covers spans with a known role, from any producer; every other span is shown by its own name. Attributes may be missing or of another type, and all
 * text is untrusted (see `format`).
 */
import type { Attributes } from "../../records/attributes.js"
import type { AttributeKey, SpanRole } from "../../records/vocabulary.js"

export type SpanKind = SpanRole | "delegate" | "other"

export interface SpanLabel {
  /** One to three characters that show the kind without color. */
  readonly badge: string
  /** The most telling name: of the agent, model or tool. */
  readonly primary: string
  /** Further details; may be empty. */
  readonly secondary: string
}

export const kindOf = (role: SpanRole | undefined, attributes: Attributes): SpanKind => {
  const kind = role ?? "other"
  return kind === "tool" && attributes["worker"] !== undefined ? "delegate" : kind
}

/** A kind in words, for titles and screen readers. */
export const kindTitle: { readonly [Kind in SpanKind]: string } = {
  run: "agent run",
  turn: "turn",
  model: "model call",
  tool: "tool call",
  delegate: "delegation",
  workflow: "workflow",
  step: "workflow step",
  other: "span"
}

/** An attribute as text; empty if it is missing or not a plain value. */
export const attributeText = (attributes: Attributes, key: string): string => {
  const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : ""
}

const joined = (...parts: ReadonlyArray<string>): string => parts.filter((part) => part !== "").join(" · ")

export const labelOf = (kind: SpanKind, name: string, attributes: Attributes): SpanLabel => {
  const of = (key: AttributeKey) => attributeText(attributes, key)
  switch (kind) {
    case "run":
      return { badge: "A", primary: of("agent") || name, secondary: joined(of("architecture"), of("model")) }
    case "turn":
      return { badge: "↻", primary: `Turn ${of("turn")}`.trim(), secondary: "" }
    case "model":
      return {
        badge: "M",
        primary: of("model") || name,
        secondary: joined(of("finish_reason"), retries(of("retries")))
      }
    case "tool":
      return { badge: "T", primary: of("tool") || name, secondary: "" }
    case "delegate":
      return { badge: "→", primary: of("worker"), secondary: of("tool") }
    case "workflow":
      return { badge: "W", primary: of("workflow") || name, secondary: of("pattern") }
    case "step":
      return { badge: of("step").slice(0, 3) || "S", primary: of("node") || name, secondary: of("pattern") }
    case "other":
      return { badge: "·", primary: name, secondary: "" }
  }
}

const retries = (count: string): string =>
  count === "" || count === "0" ? "" : count === "1" ? "1 retry" : `${count} retries`
