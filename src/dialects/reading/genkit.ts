/**
 * Reads the names of Genkit. The usage of a model call is in its output, which is JSON.
 */
import { amountOf, type Foreign, jsonObject, oneOf, plain, type Reading, type Set, setContent } from "./Reading.js"

const kind = oneOf(
  { model: "model", embedder: "model", tool: "tool", "tool.v2": "tool", flow: "workflow", agent: "run" } as const
)

/** Our attribute for the name of a span, by role. */
const nameKeys = { model: "model", tool: "tool", workflow: "workflow", run: "agent" } as const

const roleOf = (attributes: Foreign) => kind(attributes["genkit:metadata:subtype"])

const setUsage = (usage: Foreign, set: Set): void => {
  const [input, output, reasoning] = ["inputTokens", "outputTokens", "thoughtsTokens"].map((key) =>
    amountOf(usage[key])
  )
  // Gemini does not count thoughts as output; other vendors do.
  const isSeparate = reasoning !== undefined && usage["totalTokens"] === (input ?? 0) + (output ?? 0) + reasoning
  set("tokens_in", input)
  set("tokens_out", isSeparate ? (output ?? 0) + reasoning : output)
  set("cached_tokens_in", amountOf(usage["cachedContentTokens"]))
  set("reasoning_tokens_out", reasoning)
}

export const genkitReading: Reading = {
  names: {
    "genkit:sessionId": "session_id"
  },
  role: roleOf,
  others: (attributes, role, set) => {
    const own = roleOf(attributes)
    if (own === undefined || own !== role) {
      return
    }
    set(nameKeys[own], plain(attributes["genkit:name"]))
    const output = jsonObject(attributes["genkit:output"])
    setContent(role, plain(attributes["genkit:input"]), plain(output["message"] ?? attributes["genkit:output"]), set)
    if (role === "model") {
      set("finish_reason", plain(output["finishReason"]))
      setUsage(jsonObject(output["usage"]), set)
    }
  }
}
