/**
 * Phone numbers: international ones with `+` or `00` (ITU-T E.164: a country code and at most 15 digits), national forms whose separators distinguish
 * them from other numbers, and any digits after the word `phone`.
 *
 * Otherwise, plain digits are never a phone number: ids and counts look the same.
 */
import { redacted } from "../../text.js"
import { beginsWord, hyphen, space, standInAt } from "./boundaries.js"

/** Country codes in use (ITU-T E.164, annex), other than 1 and 7. */
const countryCode =
  /^(?:2(?:[07]|1[1-3689]|[2-4]\d|5[0-8]|6\d|9[01789])|3(?:[0-469]|[578]\d)|4(?:[013-9]|2[0-3])|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|[7-9]\d)|8(?:[1246]|0[08]|5\d|7[0-9]|8[0-8])|9(?:[0-58]|[679]\d))/

/** Only Italian numbers keep their leading zero: `+39 06 …`. */
const keepsZero = "39"

const between = `(?:${space}|${hyphen}|[./()])`

const ends = "(?!\\w|[.,:]\\d)"

const international = new RegExp(
  `(?:${beginsWord}(?<![+]|\\d${space})(?:\\+|%2B)|${beginsWord}(?<![-.+/:])(?:00(?=[1-9])|011[ -]))${space}?(?!\\d{4}-\\d\\d-\\d\\d)[1-9](?:${between}{0,3}\\d){7,16}${ends}`,
  "gi"
)

const digitsOf = (text: string): string => text.replace(/\D/g, "")

/** The longest prefix with at most `most` digits that ends at the end of a group; empty if there is none. */
const upTo = (text: string, most: number): string => {
  let digits = 0
  let end = 0
  for (let at = 0; at < text.length && digits <= most; at++) {
    const isDigit = /\d/.test(text[at]!)
    digits += isDigit ? 1 : 0
    if (isDigit && digits <= most && !/\d/.test(text[at + 1] ?? "")) {
      end = at + 1
    }
  }
  return text.slice(0, end)
}

const prefix = /^(?:\+|%2B|00|011[ -])/i

/** The part of a match that is an international number; empty if there is none. */
const internationalIn = (match: string): string => {
  const exit = prefix.exec(match)![0]
  // A trunk zero in parentheses is not dialled from abroad: `+44 (0)20 …`.
  const number = match.slice(exit.length)
  const trunk = number.includes("(0)") ? 1 : 0
  const plain = digitsOf(number.replace("(0)", ""))
  if (/^[17]/.test(plain)) {
    const eleven = upTo(number, 11 + trunk)
    return digitsOf(eleven).length === 11 + trunk ? exit + eleven : ""
  }
  const code = countryCode.exec(plain)?.[0]
  const isValid = code !== undefined && plain.length >= 9 && (code === keepsZero || plain[code.length] !== "0")
  // Without a plus, only separators distinguish a number from an id.
  return isValid && (exit.startsWith("+") || exit.startsWith("%") || number !== plain)
    ? exit + upTo(number, 15 + trunk)
    : ""
}

/** A number does not begin inside another number, a path, or a fraction. */
const begins = `${beginsWord}(?<![.+/]|\\d[-:,])`

const dash = `(?:${hyphen}|\\.)`

/** National forms, which are hidden completely. */
const national = new RegExp(
  `${begins}(?:` + [
    // North America: (415) 555-0123, 1-415-555-0123, 415.555.0123.
    `(?:1(?:${dash}|${space}))?(?:\\(\\d{3}\\)${space}?\\d{3}(?:${dash}|${space})\\d{4}|\\d{3}${hyphen}\\d{3}${hyphen}\\d{4}|\\d{3}\\.\\d{3}\\.\\d{4})`,
    // The same with spaces, unless there are other numbers next to it: 415 555 0123.
    `(?<!\\d ?)(?:1${space})?[2-9]\\d\\d${space}[2-9](?!11)\\d\\d${space}\\d{4}(?! ?\\d)`,
    // Brazil: (11) 91234-5678.
    `\\(\\d{2}\\)${space}?9?\\d{4}${hyphen}\\d{4}`,
    // China: 138-0013-8000.
    `1[3-9]\\d${hyphen}\\d{4}${hyphen}\\d{4}|1[3-9]\\d${space}\\d{4}${space}\\d{4}`,
    // Russia: 8 (495) 123-45-67.
    `[78](?:${hyphen}|${space})?(?:\\(\\d{3}\\)|\\d{3})(?:${hyphen}|${space})\\d{3}${hyphen}\\d\\d${hyphen}\\d\\d`,
    // Pairs: 01.23.45.67.89.
    `0[1-9](?:\\.\\d\\d){4}`,
    // With a slash: 030/901820.
    `0[1-9]\\d{1,4}${space}?/${space}?\\d{3,8}(?:[ -]\\d{2,5}){0,3}`
  ].join("|") + `)${ends}(?!${dash}\\d)`,
  "g"
)

const separated = `(?:${space}|${hyphen})`

/** Groups after a trunk zero: 020 7946 0958, (030) 901820, 090-1234-5678. */
const trunk = new RegExp(
  `${begins}(?<!\\d${space})(?!\\d\\d${hyphen}\\d\\d${hyphen}(?:19|20)\\d\\d)(?:\\(0[1-9]\\d{0,4}\\)${space}?|0[1-9]\\d{0,4}${separated})\\d{2,8}` +
    `(?:${separated}\\d{2,6}){0,7}${ends}`,
  "g"
)

/** The part with 9 to 12 digits, zero included. A run of pairs is a phone number only if there are five; otherwise it is a list of bytes. */
const trunkIn = (match: string): string => {
  const groups = match.match(/\d+/g)!
  const isPairs = groups.every((each) => each.length === 2)
  const number = upTo(match, isPairs && groups.length !== 5 ? 0 : 12)
  return digitsOf(number).length >= 9 ? number : ""
}

/** Any digits after a word such as `phone`. */
const called = new RegExp(`(?:\\(?\\d)(?:(?:${space}|${hyphen}|[./()]){0,2}\\d){6,14}${ends}`, "y")

const word = new RegExp(
  `${beginsWord}(?:tele)?(?:phone|mobile|fax|tel)(?:[ _-]?(?:number|no|nr))?(?:[:=.#]|["'\\\\]{1,8}|\\s|is|at){1,6}`,
  "gi"
)

const redactCalled = (text: string): string => {
  let out = ""
  let copied = 0
  word.lastIndex = 0
  while (word.test(text)) {
    const at = word.lastIndex
    called.lastIndex = at
    if (called.test(text)) {
      out += text.slice(copied, at) + standInAt(text, at)
      copied = called.lastIndex
      word.lastIndex = copied
    }
  }
  return copied === 0 ? text : out + text.slice(copied)
}

const hide = (text: string, pattern: RegExp, partOf: (match: string) => string): string =>
  text.replace(pattern, (match) => {
    const part = partOf(match)
    return part === "" ? match : redacted + match.slice(part.length)
  })

/** The text without phone numbers. */
export const redactPhones = (text: string): string =>
  hide(hide(redactCalled(hide(text, international, internationalIn)), national, (match) => match), trunk, trunkIn)
