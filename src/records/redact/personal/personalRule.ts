/**
 * Personal data with a form of its own, anywhere in a text: e-mail addresses, phone numbers, payment cards, IP addresses.
 *
 * Opt-in: `Redaction.personal()`. Each kind follows a published format, so what has no format, such as a name or a street, is not recognized. The table of
 * the tests has, for each rule, texts that are hidden and texts that are not.
 */
import type { TextRule } from "../TextRule.js"
import { isCard, redactCards } from "./cards.js"
import { redactEmails } from "./emails.js"
import { redactAddresses } from "./networkAddresses.js"
import { redactPhones } from "./phones.js"

/** Each kind needs an `@`, two digits close to each other, or the colons of an IPv6 address. */
const suspicious = /@|%40|\d[^A-Za-z\d]{0,3}\d|::[\dA-Fa-f]|[\dA-Fa-f]::/

/** Cards come before phones, whose separators they share. */
const steps = [redactEmails, redactAddresses, redactCards, redactPhones]

/** All kinds. */
export const personalRule: TextRule = {
  mayHold: (text) => suspicious.test(text),
  redact: (text) => steps.reduce((safe, redact) => redact(safe), text),
  hidesNumber: (value) => Number.isSafeInteger(value) && isCard(String(value))
}
