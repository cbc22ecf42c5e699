/**
 * Text as records hold it: well-formed, bounded, and saying so where it was cut.
 */
import { handled } from "./promises.js"

/** What stands in for a value that could not be read. */
export const unserializable = "<unserializable>"

/** What stands in for a secret. It says nothing of what was there. */
export const redacted = "<redacted>"

/** Text without lone surrogates, at most `max` characters; what is cut says so: `…[+N chars]`. */
export const text = (value: string, max: number): string =>
  value.length <= max || isCutAlready(value, max) ? value.toWellFormed() : cut(value, max, 0)

/** The first `max` characters of a text that does not fit, or goes on for `more` characters beyond what is given. */
export const cut = (value: string, max: number, more: number): string => {
  // Cutting before a low surrogate would split a code point in two.
  const whole = Math.min(max, value.length)
  const at = whole > 0 && isHighSurrogate(value.charCodeAt(whole - 1)) ? whole - 1 : whole
  return `${value.slice(0, at).toWellFormed()}…[+${value.length - at + more} chars]`
}

const cutMark = /…(?:\[\+\d{1,16} (?:chars|items|keys)\])?$/

/** Whether the text was cut to this length before: its mark tells how much there was, a second one would hide that. */
const isCutAlready = (value: string, max: number): boolean => {
  const mark = cutMark.exec(value.slice(-40))
  return mark !== null && value.length - mark[0].length <= max
}

const numberedMark = /…\[\+(\d{1,15}) chars\]$/

/** Cuts a text that may have been cut before, and keeps its count of missing characters right. `max` computes the length to keep. */
export const cutAgain = (value: string, max: (text: string) => number): string => {
  const mark = numberedMark.exec(value.slice(-40))
  const given = mark === null ? value : value.slice(0, -mark[0].length)
  const most = max(given)
  return given.length <= most ? value : cut(given, most, mark === null ? 0 : Number(mark[1]))
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff

/** Causes of causes that are looked at. */
const deepest = 8

// They are not recorded, but they are part of what is described: no promise among them may end the process.
const handleCauses = (error: Error): void => {
  let cause: unknown = error
  try {
    for (let depth = 0; depth < deepest && cause instanceof Error; depth++) {
      cause = handled(cause.cause)
    }
  } catch {
    // One that cannot be read has not been made.
  }
}

/** `name: message` of an error, read with care: both may be getters, both may be anything. */
export const errorText = (error: Error): string => {
  handleCauses(error)
  const name = textIn(() => error.name) || "Error"
  const message = textIn(() => error.message)
  return message === "" ? name : `${name}: ${message}`
}

/** A text that stands in a foreign object; empty where there is something else. */
export const textIn = (get: () => unknown): string => {
  try {
    const value = handled(get())
    return typeof value === "string" ? value : ""
  } catch {
    return unserializable
  }
}

/** Says how many items or keys were left out; where the only one left says that already, it stays. */
export const restOf = (count: number, what: "items" | "keys", next: () => unknown): string => {
  const mark = `…[+${count} ${what}]`
  if (count !== 1) {
    return mark
  }
  try {
    const last = handled(next())
    return typeof last === "string" && isCutAlready(last, 0) ? last : mark
  } catch {
    return mark
  }
}
