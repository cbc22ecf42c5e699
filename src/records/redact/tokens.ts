/**
 * Finds tokens by form: at the start of words, in runs of characters that tokens consist of.
 *
 * Prose has few long runs, and a run is found by testing every tenth character, so most of a text is never read. Each word of a run is tried once,
 * and the search continues after the tried part, so it takes linear time.
 */
import { redacted } from "../text.js"
import { forms } from "./forms.js"
import { codeAt, Rewriter } from "./scanning.js"

/** The shortest run that can contain a token. At the place where a text was cut, a token may be shorter. */
const shortest = 10
const shortestCut = 3

/** The shortest run to look at in this text. */
const shortestIn = (text: string): number => text.includes("…") ? shortestCut : shortest

/** The role of a character in a token: a letter or digit, another of its characters, or not part of it. */
const outside = 0
const mark = 1
const alphanumeric = 2

const kinds = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return /[A-Za-z0-9]/.test(character) ? alphanumeric : /[\w.~+/-]/.test(character) ? mark : outside
})

const kindOf = (code: number): number => code < 128 ? kinds[code]! : outside

/** Start of the next run at or after `from`; the text's length if there is none. */
const nextRun = (text: string, from: number, least: number): number => {
  let start = from
  while (start + least <= text.length) {
    let at = start + least - 1
    while (at >= start && kindOf(text.charCodeAt(at)) !== outside) {
      at--
    }
    if (at < start) {
      return start
    }
    start = at + 1
  }
  return text.length
}

/** Matches what the source of a form begins with: a class, a group of alternatives, or a character. */
const atom = /^(?:\(\?<[^)]*\))?(?:\[([^\]]+)\]|\(\?:([^)]*)\)|\\?(.))/

const anyCharacter = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** The characters that a form can begin with; with `two`, the pairs of characters. */
const beginningsOf = (source: string, two: boolean): ReadonlyArray<string> => {
  const [whole, characters, alternatives, character] = atom.exec(source)!
  if (alternatives !== undefined) {
    return alternatives.split("|").flatMap((each) => beginningsOf(each, two))
  }
  const first = character !== undefined ? [character] : /^\w+$/.test(characters!) ? [...characters!] : anyCharacter
  const second = two ? beginningsOf(source.slice(whole.length), false) : [""]
  return first.flatMap((one) => second.map((other) => one + other))
}

/** The forms by their first two characters, so that at most words no form is tried. Regular expressions are created when needed. */
class FormsByBeginning {
  /** For each pair of characters, the index into `sources`, plus 1; 0 if no form begins with it. */
  private readonly numbers = new Uint8Array(128 * 128)
  private readonly sources: ReadonlyArray<string>
  private readonly made: Array<RegExp | undefined> = []

  constructor() {
    const byPair = new Map<number, string>()
    for (const form of forms) {
      for (const pair of new Set(beginningsOf(form, true))) {
        const place = pair.charCodeAt(0) * 128 + pair.charCodeAt(1)
        const before = byPair.get(place)
        byPair.set(place, before === undefined ? form : `${before}|${form}`)
      }
    }
    this.sources = [...new Set(byPair.values())]
    const numberOf = new Map(this.sources.map((source, index) => [source, index + 1]))
    for (const [place, source] of byPair) {
      this.numbers[place] = numberOf.get(source)!
    }
  }

  /** The expression for all forms that may begin at a position. */
  at(text: string, at: number): RegExp | undefined {
    const one = codeAt(text, at)
    const two = codeAt(text, at + 1)
    const number = one < 128 && two < 128 ? this.numbers[one * 128 + two]! : 0
    return number === 0 ? undefined : this.made[number] ??= new RegExp(this.sources[number - 1]!, "y")
  }
}

/** Created for the first text with a long word, because it takes milliseconds. */
let byBeginning: FormsByBeginning | undefined = undefined

/** A secret has digits, capitals or a long run of letters, unlike a name such as `sk-learn-contrib`. */
const isRandom = (match: string): boolean => /[0-9A-Z]|(?<![a-z])[a-z]{16}/.test(match)

/** The number of letters and digits of an escape right before a token: `\n` and `\u001b` in JSON, `%20` in a URL. */
const escapeAt = (text: string, at: number): number => {
  const before = codeAt(text, at - 1)
  return before === 92 ? (text[at] === "u" ? 5 : 1) : before === 37 ? 2 : 0
}

/** The end of the form that begins here; 0 if there is none. */
const endOfForm = (text: string, at: number): number => {
  const form = (byBeginning ??= new FormsByBeginning()).at(text, at)
  if (form === undefined) {
    return 0
  }
  form.lastIndex = at
  return form.test(text) ? form.lastIndex : 0
}

/** The position of a token. */
interface Range {
  readonly start: number
  readonly end: number
}

/** The next token at or after `from`, in a run of at least this length. */
const nextToken = (text: string, from: number, least: number): Range | undefined => {
  let afterEscape = 0
  let before = outside
  for (let at = from; at < text.length; at++) {
    let kind = at === from ? outside : kindOf(text.charCodeAt(at))
    if (kind === outside) {
      at = nextRun(text, at, least)
      afterEscape = at + escapeAt(text, at)
      kind = kindOf(codeAt(text, at))
    } else if (before === alphanumeric && at !== afterEscape) {
      before = kind
      continue
    }
    before = kind
    const end = endOfForm(text, at)
    if (end > 0) {
      if (text[end] === "…" || isRandom(text.slice(at + 3, end))) {
        return { start: at, end }
      }
      // No part of it is random either.
      at = end - 1
      before = kindOf(text.charCodeAt(at))
    }
  }
  return undefined
}

/** Whether a text contains a token. Fast. */
export const holdsToken = (text: string): boolean => nextToken(text, 0, shortestIn(text)) !== undefined

/** The text with `<redacted>` in place of every token. */
export const redactTokens = (text: string): string => {
  const out = new Rewriter(text)
  const least = shortestIn(text)
  for (let found = nextToken(text, 0, least); found !== undefined; found = nextToken(text, found.end, least)) {
    out.replace(found.start, found.end, redacted)
  }
  return out.finish()
}
