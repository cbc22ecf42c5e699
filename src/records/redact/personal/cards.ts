/**
 * Payment card numbers: 13 to 19 digits with an issuer's prefix and a valid check digit (ISO/IEC 7812-1, annex B, "Luhn").
 *
 * The digits are written together or in groups as on a card. One number in ten has a valid check digit, so the prefix is checked too.
 */
import { redacted } from "../../text.js"
import { beginsWord, standInAt } from "./boundaries.js"

/** Prefixes and lengths, as the issuers publish them. */
const issuers = new RegExp(
  "^(?:" + [
    // Visa.
    "4(?:\\d{12}|\\d{15}|\\d{18})",
    // Mastercard.
    "(?:5[1-5]\\d\\d|222[1-9]|22[3-9]\\d|2[3-6]\\d\\d|27[01]\\d|2720)\\d{12}",
    // American Express.
    "3[47]\\d{13}",
    // Diners Club.
    "3(?:0[0-59]|[689]\\d)\\d{11,16}",
    // Discover.
    "6(?:011|4[4-9]\\d|5\\d\\d)\\d{12,15}",
    // JCB.
    "35(?:2[89]|[3-8]\\d)\\d{12,15}",
    // UnionPay.
    "(?:62|81)\\d{14,17}",
    // Maestro.
    "(?:50[1-3]8|5020|5[6-8]\\d\\d|6304|67\\d\\d)\\d{9,15}",
    // Mir, RuPay, Verve, Dankort, Troy.
    "220[0-4]\\d{12,15}",
    "(?:60|82)\\d{14}",
    "508\\d{13}",
    "5061\\d{12,15}",
    "5019\\d{12}",
    "9792\\d{12}"
  ].join("|") + ")$"
)

const passesCheckDigit = (digits: string): boolean => {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48
    const doubled = place % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Whether these digits are a card number. */
export const isCard = (digits: string): boolean => issuers.test(digits) && passesCheckDigit(digits)

const between = "[-. \\u00a0\\u202f\\u2010-\\u2013]"

/** In groups of four, 4-6-5 or 4-6-4, or without groups. */
const candidate = new RegExp(
  `${beginsWord}(?<!\\d[-.]|[+])(?:\\d{4}(?:${between}\\d{4}){3}(?:${between}\\d{1,3})?|\\d{4}${between}\\d{6}${between}\\d{4,5}|` +
    "\\d{13,19})(?!\\w|[-.]\\d)",
  "g"
)

/** With groups of four, the last group may not be part of the number: `4111 1111 1111 1111 123`. */
const fours = new RegExp(`^\\d{4}(?:${between}\\d{4}){3}`)

/** The text without card numbers. */
export const redactCards = (text: string): string =>
  text.replace(candidate, (match, at: number) => {
    const digits = match.replace(/\D/g, "")
    if (isCard(digits)) {
      return standInAt(text, at)
    }
    const first = fours.exec(match)?.[0] ?? match
    return first !== match && isCard(first.replace(/\D/g, "")) ? redacted + match.slice(first.length) : match
  })
