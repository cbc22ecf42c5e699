/**
 * What is said on standard error, as one line: file names, options and receivers' answers may hold anything.
 */
import { oneLine } from "../../records/oneLine.js"
import { Redactor } from "../../records/redact/Redactor.js"

const rules = new Redactor()

/** A text on one line, without secrets and with its escapes spelled out; `max` is in characters. */
export const line = (text: string, max = 16_384): string => oneLine(text, max, rules)
