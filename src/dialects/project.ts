/**
 * The dialects by name, and what they make of a span together.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { ownNames, prefixed } from "../records/vocabulary.js"
import { type Dialect, type DialectSpan, errorType, type Put } from "./Dialect.js"
import { genai } from "./genai.js"
import { langfuse } from "./langfuse.js"
import { openinference } from "./openinference.js"

/** The name of a dialect. */
export type DialectName = "genai" | "openinference" | "langfuse"

const byName: Record<DialectName, Dialect> = { genai, openinference, langfuse }

/** The dialects that are spoken where nothing else is said. */
export const defaultDialects: ReadonlyArray<DialectName> = ["genai", "openinference", "langfuse"]

const namesPeople = (name: DialectName): boolean => name !== "genai"

/**
 * What these dialects say of a span. How it ended comes first, then session and user, so that no limit on the number of attributes cuts them.
 * `error.type` and the outcome are said in every dialect, and without any.
 */
export const project = (span: DialectSpan, dialects: ReadonlyArray<DialectName>): Attributes => {
  const said: { [key: string]: AttributeValue } = {}
  const put: Put = (key, value) => {
    if (value !== undefined) {
      said[key] = value
    }
  }
  put(ownNames.outcome, span.outcome === "interrupted" ? "interrupted" : undefined)
  put("error.type", errorType(span))
  if (dialects.some(namesPeople)) {
    put("session.id", span.sessionId)
    put("user.id", span.userId)
  }
  for (const name of dialects) {
    byName[name](span, put)
  }
  return said
}

/** The names that stand before the dots of another: `a` and `a.b` of `a.b.c`. What dialects say is a small, fixed set. */
const beginnings = new Map<string, ReadonlyArray<string>>()

const beginningsOf = (name: string): ReadonlyArray<string> => {
  const known = beginnings.get(name)
  if (known !== undefined) {
    return known
  }
  const parts = name.split(".")
  const found = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."))
  beginnings.set(name, found)
  return found
}

/**
 * The recorded attributes, to stand beside what is said of them. One whose name is the beginning of another's, as `tool` is of `tool.name`, goes by
 * `loom.tool`: beside it Phoenix does not see the other (its `trace/attributes.py`, `unflatten`), and stores that nest at dots refuse one of the two.
 */
export const recordedBeside = (recorded: Attributes, said: Attributes): Attributes => {
  let clashing: Set<string> | undefined
  for (const name in said) {
    for (const beginning of beginningsOf(name)) {
      if (Object.hasOwn(recorded, beginning)) {
        clashing = (clashing ?? new Set()).add(beginning)
      }
    }
  }
  return clashing === undefined ? recorded : renamed(recorded, clashing)
}

const renamed = (recorded: Attributes, clashing: ReadonlySet<string>): Attributes =>
  Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [clashing.has(key) ? prefixed(key) : key, value])
  )
