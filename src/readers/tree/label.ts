/**
 * Labels a span in a list: its name, and what distinguishes it from others of its role.
 */
import { meaningOf } from "../../dialects/meaning.js"
import { type AttributeKey, type KeyOf, roleOf, type SpanRole } from "../../records/vocabulary.js"

/** The attributes that distinguish spans of a role. */
const distinguishing: { readonly [Role in SpanRole]: ReadonlyArray<KeyOf<Role>> } = {
  run: ["agent"],
  turn: [],
  model: ["model"],
  tool: ["tool", "worker"],
  workflow: ["workflow"],
  step: ["node"]
}

/** The fields of a span that make its label. */
interface LabelledSpan {
  readonly name: string
  readonly attributes: { readonly [key: string]: unknown }
}

/** A short label: `loom.tool add`, `loom.run researcher`, or just a name that says it all, such as `execute_tool add`. Untrusted text: escape it. */
export const label = ({ attributes, name }: LabelledSpan): string => {
  const { attributes: known, role } = meaningOf(name, attributes)
  const keys: ReadonlyArray<AttributeKey> = role === undefined ? [] : distinguishing[role]
  const isOwn = roleOf(name) !== undefined
  const texts = keys.map((key) => known[key])
  return [name, ...texts.filter((text) => typeof text === "string" && (isOwn || !name.includes(text)))].join(" ")
}
