/**
 * Selects dialects by name, and computes the attributes that they add to a span.
 */
import type { Attributes, AttributeValue } from "../records/attributes.js"
import { ownNames, prefixed } from "../records/vocabulary.js"
import { type Dialect, type DialectSpan, owner, type Put } from "./Dialect.js"
import type { SemconvVersion } from "./genai/Convention.js"
import { genaiDialect, semconvVersion } from "./genai/genai.js"
import { langfuse } from "./langfuse.js"
import { openinference, openinferenceTokens } from "./openinference.js"

/** The name of a dialect. */
export type DialectName = "genai" | "openinference" | "langfuse"

const defaultDialects: ReadonlyArray<DialectName> = ["genai", "openinference", "langfuse"]

/** Which attribute names to add to spans. */
export interface Naming {
  /** The dialects to add. Default: all three. */
  readonly dialects?: ReadonlyArray<DialectName>
  /**
   * One or more versions of the GenAI semantic conventions: `"1.41.1"`, or `"genai-0.1"` for the first release of their own repository. If two
   * versions give a name different values, the first version wins. Default `"1.41.1"`.
   */
  readonly semconv?: SemconvVersion | ReadonlyArray<SemconvVersion>
}

/** The versions of the GenAI conventions. */
export const versionsOf = ({ semconv = semconvVersion }: Naming): ReadonlyArray<SemconvVersion> => [
  ...new Set(typeof semconv === "string" ? [semconv] : semconv)
]

/** The dialects that a naming adds to a span, in the order in which their attributes are written. */
export type Names = ReadonlyArray<Dialect>

/** The dialects of a naming. Session and user come first: a limit on the number of attributes drops the last ones. */
export const namesOf = (naming: Naming): Names => {
  const chosen = naming.dialects ?? defaultDialects
  const isGenai = chosen.includes("genai")
  return [
    ...(chosen.some((name) => name !== "genai") ? [owner] : []),
    ...chosen.flatMap((name) =>
      name === "genai" ? versionsOf(naming).map(genaiDialect) : [name === "langfuse" ? langfuse : openinference]
    ),
    ...(chosen.includes("openinference") && !isGenai ? [openinferenceTokens] : [])
  ]
}

export const defaultNames: Names = namesOf({})

/** The attributes to add to a span: outcome and `error.type`, then those of the dialects. */
export const project = (span: DialectSpan, names: Names): Attributes => {
  const added: { [key: string]: AttributeValue } = {}
  const put: Put = (key, value) => {
    if (value !== undefined && added[key] === undefined) {
      added[key] = value
    }
  }
  put(ownNames.outcome, span.outcome === "interrupted" ? "interrupted" : undefined)
  put("error.type", span.errorType)
  for (const add of names) {
    add(span, put)
  }
  return added
}

/** The prefixes of a name up to each dot: `a` and `a.b` for `a.b.c`. Not bounded, because dialects have a small, fixed set of names. */
const prefixes = new Map<string, ReadonlyArray<string>>()

const prefixesOf = (name: string): ReadonlyArray<string> => {
  const known = prefixes.get(name)
  if (known !== undefined) {
    return known
  }
  const parts = name.split(".")
  const found = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("."))
  prefixes.set(name, found)
  return found
}

/** Jaeger shows a span with an attribute of this name as failed, whatever its value. */
export const jaegerError = "error"

/**
 * The recorded attributes, without names that clash. `error` always becomes `loom.error`. A name that is a prefix of an added one, as `tool` is of
 * `tool.name`, becomes `loom.tool`: otherwise Phoenix does not see the added attribute (its `trace/attributes.py`, `unflatten`), and stores that nest
 * at dots reject one of the two.
 */
export const withoutClashes = (recorded: Attributes, added: Attributes): Attributes => {
  let clashing: Set<string> | undefined = Object.hasOwn(recorded, jaegerError) ? new Set([jaegerError]) : undefined
  for (const name in added) {
    for (const prefix of prefixesOf(name)) {
      if (Object.hasOwn(recorded, prefix)) {
        clashing = (clashing ?? new Set()).add(prefix)
      }
    }
  }
  return clashing === undefined ? recorded : renamed(recorded, clashing)
}

const renamed = (recorded: Attributes, clashing: ReadonlySet<string>): Attributes =>
  Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [clashing.has(key) ? prefixed(key) : key, value])
  )
