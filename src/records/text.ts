/**
 * Strings in records: well-formed, bounded, and with a marker where they were cut.
 */
import { handled } from "./promises.js"

/** Recorded in place of a value that could not be read. */
export const unserializable = "<unserializable>"

/** Recorded in place of a secret. */
export const redacted = "<redacted>"

/** The string without lone surrogates, at most `max` characters. A cut is marked with `…[+N chars]`. */
export const text = (value: string, max: number): string =>
  value.length <= max || isCutAlready(value, max) ? value.toWellFormed() : cut(value, max, 0)

/** The first `max` characters of a string that is too long, or that continues for `more` characters after `value`. */
export const cut = (value: string, max: number, more: number): string => {
  // Cutting before a low surrogate would split a code point in two.
  const whole = Math.min(max, value.length)
  const at = whole > 0 && isHighSurrogate(value.charCodeAt(whole - 1)) ? whole - 1 : whole
  return `${value.slice(0, at).toWellFormed()}…[+${value.length - at + more} chars]`
}

const cutMark = /…(?:\[\+\d{1,16} (?:chars|items|keys)\])?$/

/** Whether the string was already cut to this length: a second marker would hide the count in the first. */
const isCutAlready = (value: string, max: number): boolean => {
  const mark = cutMark.exec(value.slice(-40))
  return mark !== null && value.length - mark[0].length <= max
}

const numberedMark = /…\[\+(\d{1,15}) chars\]$/

/** Cuts a string that may have been cut before, and adds up the missing characters. `max` computes the length to keep. */
export const cutAgain = (value: string, max: (text: string) => number): string => {
  const mark = numberedMark.exec(value.slice(-40))
  const given = mark === null ? value : value.slice(0, -mark[0].length)
  const most = max(given)
  return given.length <= most ? value : cut(given, most, mark === null ? 0 : Number(mark[1]))
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff

/** How many nested causes are read. */
const deepest = 8

// The causes are not recorded here, but a rejected promise among them must not end the process.
const handleCauses = (error: Error): void => {
  let cause: unknown = error
  try {
    for (let depth = 0; depth < deepest && cause instanceof Error; depth++) {
      cause = handled(cause.cause)
    }
  } catch {
    // The getter threw, so there is no promise to handle.
  }
}

/** `name: message` of an error. Both may be getters and of any type. */
export const errorText = (error: Error): string => {
  handleCauses(error)
  const name = textIn(() => error.name) || "Error"
  const message = textIn(() => error.message)
  return message === "" ? name : `${name}: ${message}`
}

/** Reads a string from an object of unknown origin; empty if the value is not a string. */
export const textIn = (get: () => unknown): string => {
  try {
    const value = handled(get())
    return typeof value === "string" ? value : ""
  } catch {
    return unserializable
  }
}

/** A marker with the number of omitted items or keys. If the only omitted item is such a marker itself, it is kept. */
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
