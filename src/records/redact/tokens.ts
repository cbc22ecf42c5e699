/**
 * Finds secrets with a form of their own: at the starts of words, in runs of characters that tokens are made of.
 *
 * Prose has few long runs, and a run is found by looking at every tenth character, so most of a text is never read. Each word of a run is tried once,
 * and the search continues after what was tried, so it takes linear time.
 */
import { redacted } from "../text.js"
import { forms } from "./forms.js"
import { codeAt, Rewriter } from "./scanning.js"

/** The shortest run that holds a token; shorter where a text was cut. */
const shortest = 10
const shortestCut = 3

/** The shortest run to look at in this text. */
const shortestIn = (text: string): number => text.includes("…") ? shortestCut : shortest

/** What a character is to a token: one of its letters and digits, another of its characters, or outside of it. */
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

/** The first character of a form, or all that it may be; then the second. */
const atom = /^(?:\(\?<[^)]*\))?(?:\[([^\]]+)\]|\(\?:([^)]*)\)|\\?(.))/

const anyCharacter = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))

/** What the source of a form can begin with, in one character; with `two`, in two. */
const beginningsOf = (source: string, two: boolean): ReadonlyArray<string> => {
  const [whole, characters, alternatives, character] = atom.exec(source)!
  if (alternatives !== undefined) {
    return alternatives.split("|").flatMap((each) => beginningsOf(each, two))
  }
  const first = character !== undefined ? [character] : /^\w+$/.test(characters!) ? [...characters!] : anyCharacter
  const second = two ? beginningsOf(source.slice(whole.length), false) : [""]
  return first.flatMap((one) => second.map((other) => one + other))
}

/** The forms that begin with two characters: at most words, no form is tried. A regular expression is made when it is needed. */
class FormsByBeginning {
  /** By both characters, the number of the sources in `sources`, from 1 on. */
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

  /** The expression for the forms that may begin at a place. */
  at(text: string, at: number): RegExp | undefined {
    const one = codeAt(text, at)
    const two = codeAt(text, at + 1)
    const number = one < 128 && two < 128 ? this.numbers[one * 128 + two]! : 0
    return number === 0 ? undefined : this.made[number] ??= new RegExp(this.sources[number - 1]!, "y")
  }
}

/** Made with the first text that holds a long word, because it takes milliseconds. */
let byBeginning: FormsByBeginning | undefined = undefined

/** A secret has digits, capitals or a long part, unlike a name such as `sk-learn-contrib`. */
const isRandom = (match: string): boolean => /[0-9A-Z]|(?<![a-z])[a-z]{16}/.test(match)

/** Letters of an escape that stand right before a token: `\n` and `\u001b` in JSON, `%20` in a URL. */
const escapeAt = (text: string, at: number): number => {
  const before = codeAt(text, at - 1)
  return before === 92 ? (text[at] === "u" ? 5 : 1) : before === 37 ? 2 : 0
}

/** Where the form ends that begins here; 0 if none does. */
const endOfForm = (text: string, at: number): number => {
  const form = (byBeginning ??= new FormsByBeginning()).at(text, at)
  if (form === undefined) {
    return 0
  }
  form.lastIndex = at
  return form.test(text) ? form.lastIndex : 0
}

/** A token's place. */
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

/** Whether there is a token in a text. Fast. */
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
