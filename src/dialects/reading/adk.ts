/**
 * Reads the names that Google's Agent Development Kit adds to the GenAI conventions: requests and responses of Gemini as JSON.
 */
import { jsonObject, plain, type Reading, setContent } from "./Reading.js"

export const adkReading: Reading = {
  names: {
    "gcp.vertex.agent.session_id": "session_id"
  },
  role: () => undefined,
  others: (attributes, role, set) => {
    const of = (name: string) => attributes[`gcp.vertex.agent.${name}`]
    if (role === "tool") {
      setContent(role, plain(of("tool_call_args")), plain(of("tool_response")), set)
    } else {
      const { contents } = jsonObject(of("llm_request"))
      setContent(role, plain(contents), plain(jsonObject(of("llm_response"))["content"]), set)
    }
  }
}
