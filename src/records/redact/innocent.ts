/**
 * Values after a secret key that are not secrets: `null`, a type name, an expression in code, a placeholder.
 *
 * These are only forms that no generated secret has. A password that is a word of this list is shown.
 */
import { isFolder } from "./keys.js"
import { codeAt } from "./scanning.js"

/** Only the start of a value is examined, in characters. */
const longest = 160

/** What may follow a value: the rest of a sentence, of a list or of code. */
const end = "(?=[\\s,;)}\\]|?[<>&\"'\\\\.!:]|$)"

/** Empty values, types, and words that describe a secret. */
const word = new RegExp(
  "^&?(?:null|nil|none|undefined|nan|true|false|string|str|number|integer|int|boolean|bool|unknown|any|never|void|bytes|" +
    `object|required|optional|missing|invalid|empty|unset|redacted|hidden|masked|filtered|changeme)${end}`,
  "i"
)

/** The value of a variable, a placeholder, or asterisks in place of a secret. */
const placeholder =
  /^(?:\$[A-Z_][A-Z0-9_]*(?![^\s,;)}\]"'\\/&])|\$\{|\$\(|%[A-Z_]{2,}%|\{\{|<[A-Za-z][\w .-]{0,40}>|\[[A-Za-z][A-Za-z -]{0,20}\]|(?:[Yy]our|YOUR)[-_ ]|[*.•]{3,}(?:[\s,;)}\]"'\\&]|$))/

/** A function call, or a property of an object in which programs keep secrets. */
const expression =
  /(?:await |new )?(?:[A-Za-z_$][A-Za-z_$.]{2,60}\(|(?:process\.env|import\.meta|os\.environ|env|config|settings|options|opts|args|params|props|req|request|response|ctx|context|this|self|user|data|body|state|input|credentials|secrets|vars)(?:\??\.|\[)[A-Za-z_"'\\])/y

const letterOrDigit = /[\p{L}\p{N}]/u

const isDigit = (code: number): boolean => code >= 48 && code <= 57

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)

/** A letter in lower case, or a digit; 0 for other characters. */
const nameCode = (code: number): number => isLetter(code) ? code | 32 : isDigit(code) ? code : 0

/** Whether a value repeats its key, ignoring case and separators. */
const repeats = (key: string, text: string, start: number, stop: number): boolean => {
  let inKey = 0
  for (let at = start; at < stop; at++) {
    const code = nameCode(text.charCodeAt(at))
    if (code !== 0) {
      while (inKey < key.length && nameCode(key.charCodeAt(inKey)) === 0) {
        inKey++
      }
      if (inKey === key.length || nameCode(key.charCodeAt(inKey++)) !== code) {
        return false
      }
    }
  }
  while (inKey < key.length && nameCode(key.charCodeAt(inKey)) === 0) {
    inKey++
  }
  return inKey === key.length
}

const isInnocentForm = (key: string, value: string): boolean => {
  const code = codeAt(value, 0)
  // Nothing in this list begins with a digit.
  return !isDigit(code) && (
    (!isLetter(code) && !letterOrDigit.test(value)) || word.test(value) || placeholder.test(value) ||
    isFolder(key, value)
  )
}

/** Whether the value after a key cannot be a secret. */
export const isInnocent = (key: string, text: string, start: number, stop: number): boolean =>
  (stop - start <= longest && repeats(key, text, start, stop)) ||
  isInnocentForm(key, text.slice(start, Math.min(stop, start + longest)))

/** Whether an unquoted value is an expression in code. */
export const isExpression = (text: string, start: number): boolean => {
  expression.lastIndex = start
  return expression.test(text)
}

/** A name followed by the rest of a list, an object or a call: `{ apiKey: key, model }`. */
const nameInCode = /[A-Za-z_$]{1,40} ?[,;)}\]]/y

/** Whether this is a name in code. */
export const isNameInCode = (text: string, start: number): boolean => {
  nameInCode.lastIndex = start
  return nameInCode.test(text)
}

/** The start of a JSON Schema: `{"type": "string"`. */
const schema = /^\{\s{0,40}\\*"type\\*"\s?:\s?\\*"(?:string|number|integer|boolean|object|array|null)\\*"/

/** Whether a JSON value after a secret key is `null`, a boolean, or a schema. */
export const isInnocentJson = (text: string, start: number, stop: number): boolean =>
  /^(?:null|true|false)$/.test(text.slice(start, Math.min(stop, start + 6))) ||
  schema.test(text.slice(start, start + longest))
