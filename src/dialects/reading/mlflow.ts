/**
 * Reads the names of MLflow, which writes most values as JSON, even strings.
 */
import {
  amountOf,
  type Foreign,
  jsonObject,
  jsonValue,
  oneOf,
  type Plain,
  plain,
  type Read,
  type Reading,
  setContent
} from "./Reading.js"

const kind = oneOf({ LLM: "model", CHAT_MODEL: "model", EMBEDDING: "model", AGENT: "run", TOOL: "tool" } as const)

/** The string in a JSON string. */
const unquoted = (value: unknown): Plain | undefined =>
  plain(typeof value === "string" && value.startsWith("\"") ? jsonValue(value) : value)

const named = (key: "model" | "provider"): Read => (value, set) => set(key, unquoted(value))

const usage: Read = (value, set) => {
  const entries = jsonObject(value)
  set("tokens_in", amountOf(entries["input_tokens"]))
  set("tokens_out", amountOf(entries["output_tokens"]))
  set("cached_tokens_in", amountOf(entries["cache_read_input_tokens"]))
  set("cache_creation_tokens_in", amountOf(entries["cache_creation_input_tokens"]))
}

const cost: Read = (value, set) => set("cost_usd", amountOf(jsonObject(value)["total_cost"]))

const roleOf = (attributes: Foreign) => kind(unquoted(attributes["mlflow.spanType"]))

export const mlflowReading: Reading = {
  names: {
    "mlflow.llm.model": named("model"),
    "mlflow.llm.provider": named("provider"),
    "mlflow.chat.tokenUsage": usage,
    "mlflow.llm.cost": cost,
    "mlflow.trace.user": "user_id",
    "mlflow.trace.session": "session_id"
  },
  role: roleOf,
  others: (attributes, role, set, name) => {
    setContent(role, plain(attributes["mlflow.spanInputs"]), plain(attributes["mlflow.spanOutputs"]), set)
    if (role === "run" && roleOf(attributes) === "run") {
      set("agent", name)
    }
  }
}
