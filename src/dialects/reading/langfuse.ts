/**
 * Reads the names of Langfuse's SDKs. Usage and cost are JSON objects with one entry per kind of token; the entries for input and for output add up.
 */
import {
  amountOf,
  type Foreign,
  jsonObject,
  oneOf,
  plain,
  type Read,
  type Reading,
  setContent,
  sumOf
} from "./Reading.js"

const observation = oneOf(
  { generation: "model", embedding: "model", agent: "run", tool: "tool" } as const
)

/** The sum of the entries with matching names; `undefined` if there are none. */
const sumWhere = (entries: Foreign, wanted: RegExp): number | undefined =>
  sumOf(Object.keys(entries).filter((key) => wanted.test(key)).map((key) => entries[key]))

/** The entries, also those of objects within, such as `prompt_tokens_details`. */
const flat = (entries: Foreign): Foreign =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => [
      [key, value],
      ...Object.entries(jsonObject(value)).map(([inner, amount]) => [`${key}.${inner}`, amount])
    ])
  )

const usage: Read = (value, set) => {
  const entries = flat(jsonObject(value))
  set("tokens_in", sumWhere(entries, /^(?:input|prompt)(?!.*_details)|^cache_.*input/))
  set("tokens_out", sumWhere(entries, /^(?:output|completion)(?!.*_details)/))
  set("cached_tokens_in", sumWhere(entries, /^(?:input|prompt).*cache(?!.*(?:creat|write))|^cache_read/))
  set("cache_creation_tokens_in", sumWhere(entries, /cache_(?:creat|write)/))
  set("reasoning_tokens_out", sumWhere(entries, /^(?:output|completion).*reasoning/))
}

const cost: Read = (value, set) => {
  const entries = jsonObject(value)
  set("cost_usd", amountOf(entries["total"]) ?? sumWhere(entries, /./))
}

/** Langfuse marks failures with a level and leaves the status of the span unset. */
const level: Read = (value, set) => set("ok", value === "ERROR" ? false : undefined)

export const langfuseReading: Reading = {
  names: {
    "session.id": "session_id",
    "user.id": "user_id",
    "langfuse.session.id": "session_id",
    "langfuse.user.id": "user_id",
    "langfuse.observation.model.name": "model",
    "langfuse.observation.usage_details": usage,
    "langfuse.observation.cost_details": cost,
    "langfuse.observation.level": level,
    "langfuse.observation.status_message": "error"
  },
  role: (attributes) => observation(attributes["langfuse.observation.type"]),
  others: (attributes, role, set, name) => {
    const input = plain(attributes["langfuse.observation.input"])
    setContent(role, input, plain(attributes["langfuse.observation.output"]), set)
    const observed = observation(attributes["langfuse.observation.type"])
    if (observed === "run" || observed === "tool") {
      set(observed === "run" ? "agent" : "tool", name)
    }
  }
}
