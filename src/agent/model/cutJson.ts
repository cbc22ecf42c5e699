/**
 * Distinguishes truncated JSON from malformed JSON: the parameters of a tool call end in the middle if the model reached its token limit.
 */

/** Endings for JSON that stops inside a string: the rest of an escape sequence, and the quotation mark. */
const stringEnds = ["\"", "\\\"", "0\"", "00\"", "000\"", "0000\""]

/** Endings for JSON that stops outside of a string, before the closing brackets: nothing, a value, the rest of a pair, a number or a word. */
const valueEnds = ["", "null", ":null", "\"\":null", "0", "rue", "ue", "e", "alse", "lse", "se", "ull", "ll", "l"]

/** The brackets that close what a text leaves open, and whether it stops inside a string. */
const openIn = (text: string): { readonly closing: string; readonly inString: boolean } => {
  const closing: Array<string> = []
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (inString) {
      if (char === "\\") {
        index++
      } else if (char === "\"") {
        inString = false
      }
    } else if (char === "\"") {
      inString = true
    } else if (char === "{") {
      closing.push("}")
    } else if (char === "[") {
      closing.push("]")
    } else if (char === "}" || char === "]") {
      closing.pop()
    }
  }
  return { closing: closing.reverse().join(""), inString }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Whether a text is the beginning of a JSON document, but not a complete one. */
export const isCutJson = (text: string): boolean => {
  if (text.trim() === "" || isJson(text)) {
    return false
  }
  const { closing, inString } = openIn(text)
  const ends = inString ? stringEnds.flatMap((end) => [end, `${end}:null`]) : valueEnds
  return ends.some((end) => isJson(text + end + closing))
}
