/**
 * The dialects by name, and what they make of a span together.
 */
import type { Attributes } from "../../records/attributes.js"
import type { Dialect, DialectSpan } from "./Dialect.js"
import { genai } from "./genai.js"
import { langfuse } from "./langfuse.js"
import { openinference } from "./openinference.js"

/** The name of a dialect. */
export type DialectName = "genai" | "openinference" | "langfuse"

const byName: Record<DialectName, Dialect> = { genai, openinference, langfuse }

/** The dialects that are spoken where nothing else is said. */
export const defaultDialects: ReadonlyArray<DialectName> = ["genai", "openinference", "langfuse"]

/** What these dialects say of a span; session and user first, so that no limit on the number of attributes cuts them. */
export const project = (span: DialectSpan, dialects: ReadonlyArray<DialectName>): Attributes => {
  const said: Attributes = Object.assign({}, ...dialects.map((name) => byName[name](span)))
  const { "session.id": session, "user.id": user, ...rest } = said
  return {
    ...(session !== undefined && { "session.id": session }),
    ...(user !== undefined && { "user.id": user }),
    ...rest
  }
}

/**
 * The recorded attributes, to stand beside what is said of them. One whose name is the beginning of another's, as `tool` is of `tool.name`, goes by
 * `loom.tool`: beside it Phoenix does not see the other (its `trace/attributes.py`, `unflatten`), and stores that nest at dots refuse one of the two.
 */
export const recordedBeside = (recorded: Attributes, said: Attributes): Attributes => {
  const names = Object.keys(said)
  const isBeginning = (key: string): boolean => {
    const namespace = `${key}.`
    return names.some((name) => name.startsWith(namespace))
  }
  return Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [isBeginning(key) ? `loom.${key}` : key, value])
  )
}
