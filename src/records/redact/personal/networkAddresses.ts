/**
 * IP addresses: IPv4 as four decimal numbers, IPv6 as in RFC 4291, section 2.2.
 *
 * Ports, masks and zones stay. Version numbers may have four parts as well (`Chrome/120.0.0.0`, `v1.2.3.4`, `"version": "1.2.3.4"`); they are left
 * alone if the text before them shows what they are.
 */
import { redacted } from "../../text.js"
import { codeAt, Rewriter } from "../scanning.js"
import { before, beginsWord } from "./boundaries.js"

const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"

const version4 = new RegExp(
  `${beginsWord}(?<![.]|[A-Za-z_]-)${octet}(?:\\.${octet}){3}(?!\\w|\\.\\w|[-+][A-Za-z])`,
  "g"
)

/** The text before a version, a section number, or an object identifier. */
const versionBefore =
  /(?:(?:version|release|revision|build|firmware|driver|kernel|section|chapter|clause|appendix|figure|table|oid|ver|rev|sec|fig)s?[\s"'\\:=.#(-]{0,6}|(?:^|[\s("',;[])[A-Za-z][\w.+-]{0,40}\/|[<>=~^!]=? ?|§\s?)$/i

/** A single equals sign assigns a value: `ip=10.0.0.1`. */
const assignment = /[^<>=~^!]=$/

const isVersion = (text: string, at: number): boolean => {
  const said = before(text, at)
  return versionBefore.test(said) && (!assignment.test(said) || /version["'\s]*=$/i.test(said))
}

const redactVersion4 = (text: string): string =>
  text.replace(version4, (match, at: number) => isVersion(text, at) ? match : redacted)

const candidate = /[\dA-Fa-f]{0,4}:[\dA-Fa-f:.]+/g

const group = /^[\dA-Fa-f]{1,4}$/

const wholeVersion4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)

/** The number of groups, where an IPv4 address at the end counts as two; `NaN` if one is not a group. */
const countOf = (text: string, isEnd: boolean): number => {
  if (text === "") {
    return 0
  }
  const groups = text.split(":")
  const last = groups.at(-1)!
  const isMixed = isEnd && wholeVersion4.test(last)
  const plain = isMixed ? groups.slice(0, -1) : groups
  return plain.every((each) => group.test(each)) ? plain.length + (isMixed ? 2 : 0) : NaN
}

/** Eight pairs are a device identifier (EUI-64). */
const pairs = /^(?:[\dA-Fa-f]{2}:){7}[\dA-Fa-f]{2}$/

const isVersion6 = (text: string): boolean => {
  const [head, tail, more] = text.split("::")
  return more !== undefined || text.length > 45 || !/\d/.test(text)
    ? false
    : tail === undefined
    ? countOf(text, true) === 8 && !pairs.test(text)
    : text !== "::" && countOf(head!, false) + countOf(tail, true) <= 7
}

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95

/** Whether a word character comes right before `at`, other than the letter of an escape in JSON. */
const followsWord = (text: string, at: number): boolean =>
  isWord(codeAt(text, at - 1)) && codeAt(text, at - 2) !== 92 &&
  !/\\u[\dA-Fa-f]{4}$/.test(text.slice(Math.max(0, at - 6), at))

/** Where an address may begin: after the letter of an escape, and after a key and its colon. */
const startOf = (text: string, from: number, end: number): number => {
  let start = from
  if (codeAt(text, start - 1) === 92 && /^[bf]/.test(text.slice(start, end))) {
    start++
  }
  const colon = text.indexOf(":", start)
  return (colon === start || followsWord(text, start)) && codeAt(text, colon + 1) !== 58 ? colon + 1 : start
}

/** A slice in Python: `items[::2]`. */
const isSlice = (text: string, start: number, end: number): boolean =>
  text[start - 1] === "[" && /[\w)\]]/.test(text[start - 2] ?? "") && /^\d{0,4}::\d{0,4}$/.test(text.slice(start, end))

const endOf = (text: string, start: number, from: number): number => {
  let end = from
  while (end > start && (text[end - 1] === "." || (text[end - 1] === ":" && text[end - 2] !== ":"))) {
    end--
  }
  return end
}

const redactVersion6 = (text: string): string => {
  if (!text.includes(":")) {
    return text
  }
  const out = new Rewriter(text)
  candidate.lastIndex = 0
  for (let found = candidate.exec(text); found !== null; found = candidate.exec(text)) {
    const stop = candidate.lastIndex
    const start = startOf(text, found.index, stop)
    const end = endOf(text, start, stop)
    if (
      end - start <= 45 && !isWord(codeAt(text, stop)) && !followsWord(text, start) && !isSlice(text, start, end) &&
      isVersion6(text.slice(start, end))
    ) {
      out.replace(start, end, redacted)
    }
  }
  return out.finish()
}

/** The text without IP addresses. */
export const redactAddresses = (text: string): string => redactVersion4(redactVersion6(text))
