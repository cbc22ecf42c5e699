/**
 * Personal data with a recognizable form, anywhere in a text: e-mail addresses, phone numbers, payment cards, IP addresses.
 *
 * Opt-in: `Redaction.personal()`. Each kind has a published format; data without a format, such as names and streets, is not recognized. The tests
 * have, for each rule, texts that are hidden and texts that are not.
 */
import type { TextRule } from "../TextRule.js"
import { isCard, redactCards } from "./cards.js"
import { redactEmails } from "./emails.js"
import { redactAddresses } from "./networkAddresses.js"
import { redactPhones } from "./phones.js"

/** Each kind contains an `@`, two digits close to each other, or the colons of an IPv6 address. */
const suspicious = /@|%40|\d[^A-Za-z\d]{0,3}\d|::[\dA-Fa-f]|[\dA-Fa-f]::/

/** Cards come before phone numbers, because they share separators. */
const steps = [redactEmails, redactAddresses, redactCards, redactPhones]

/** All kinds. */
export const personalRule: TextRule = {
  mayHold: (text) => suspicious.test(text),
  redact: (text) => steps.reduce((safe, redact) => redact(safe), text),
  hidesNumber: (value) => Number.isSafeInteger(value) && isCard(String(value))
}
