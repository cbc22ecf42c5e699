/**
 * Tells a JSON text that was cut off from one that is wrong: the parameters of a tool call stop in the middle if the model reached its limit of tokens.
 */

/** What may follow where a text stops inside a string: the rest of an escape, and the quotation mark. */
const stringEnds = ["\"", "\\\"", "0\"", "00\"", "000\"", "0000\""]

/** What may follow outside of one, before brackets are closed: nothing, a value, the rest of a pair, of a number or of a word. */
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

/** Whether a text is the beginning of a JSON text, and not a whole one. */
export const isCutJson = (text: string): boolean => {
  if (text.trim() === "" || isJson(text)) {
    return false
  }
  const { closing, inString } = openIn(text)
  const ends = inString ? stringEnds.flatMap((end) => [end, `${end}:null`]) : valueEnds
  return ends.some((end) => isJson(text + end + closing))
}
