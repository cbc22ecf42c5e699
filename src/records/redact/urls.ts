/**
 * Hides the confidential parts of URLs: user, password, and the values of parameters.
 *
 * Scheme, host, path and parameter names stay. Fragments are kept unless they contain parameters, as after an OAuth redirect. URLs are not parsed,
 * because secrets also occur in malformed ones.
 */
import { redacted } from "../text.js"
import { codeAt, Lookahead, ofCode, ofMatch, oneOf, Rewriter } from "./scanning.js"

/** Ends user, password and host. */
const endOfAuthority = /* @__PURE__ */ oneOf(/[\s/?#"\\]/)

/** Ends the user before a password that is not encoded. */
const endOfUser = /* @__PURE__ */ oneOf(/[\s/?#"\\:@[\]]/)

/** Ends a password that is not encoded and may contain slashes. */
const endOfPassword = /* @__PURE__ */ oneOf(/[\s"\\@]/)

const atSign = /* @__PURE__ */ ofCode(64)
const colon = /* @__PURE__ */ ofCode(58)
const slash = 47
const endOfUrl = /* @__PURE__ */ oneOf(/[\s"\\]/)
const questionOrHash = /* @__PURE__ */ oneOf(/[?#]/)

/** Ends a path without scheme and host. */
const endOfPath = /* @__PURE__ */ oneOf(/[\s"\\?#]/)

/** Starts such a path, also after an escaped line break in JSON. */
const beginningOfPath = /* @__PURE__ */ ofMatch(/\/(?<=(?:^|[\s"'`(<[=,]|\\[nrt])\/)/)

const port = /\d{1,5}(?:[/?#]|$)/y

const longestUser = 128
const longestPassword = 4096
const longestPath = 1024

/** A longer parameter without a `=` is treated as a value. */
const longestName = 32

const isRedacted = (text: string, at: number): boolean => text.endsWith(redacted, at)

/** The end of the URL, before the punctuation of the sentence around it. */
const endOf = (text: string): number => {
  let end = text.length
  while (end > 0 && ")]}'`>.,;!".includes(text[end - 1]!) && !isRedacted(text, end)) {
    end--
  }
  return end
}

const indexOrEnd = (text: string, character: string, from: number): number => {
  const at = text.indexOf(character, from)
  return at < 0 ? text.length : at
}

/** Parameters with `<redacted>` in place of their values. */
export const redactParameters = (text: string, keeps: (name: string) => boolean): string => {
  const out = new Rewriter(text)
  let equals = -1
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = indexOrEnd(text, "&", start)
    equals = equals < start ? indexOrEnd(text, "=", start) : equals
    const value = equals < end ? equals + 1 : start
    if (value === start ? end - start > longestName : value < end && !keeps(text.slice(start, equals))) {
      out.replace(value, end, redacted)
    }
  }
  return out.finish()
}

/** The safe form of what follows the path. A fragment without parameters is a place in a page and is kept. */
const afterPath = (text: string, keeps: (name: string) => boolean): string => {
  const hash = text.indexOf("#")
  const query = hash < 0 ? text : text.slice(0, hash)
  const fragment = hash < 0 ? "" : text.slice(hash + 1)
  const shownQuery = query === "" ? "" : `?${redactParameters(query.slice(1), keeps)}`
  const shownFragment = fragment.includes("=") ? redactParameters(fragment, keeps) : fragment
  return hash < 0 ? shownQuery : `${shownQuery}#${shownFragment}`
}

/** A request target or URL without the values of its parameters. */
export const redactTarget = (text: string, keeps: (name: string) => boolean): string => {
  const path = text.search(/[?#]/)
  if (path < 0) {
    return text
  }
  const end = Math.max(path, endOf(text))
  return text.slice(0, path) + afterPath(text.slice(path, end), keeps) + text.slice(end)
}

/** Finds users and passwords in the URLs of one text. */
class Users {
  private readonly atSigns: Lookahead
  private readonly authorities: Lookahead
  private readonly users: Lookahead
  private readonly passwords: Lookahead

  constructor(private readonly text: string) {
    this.atSigns = new Lookahead(text, atSign)
    this.authorities = new Lookahead(text, endOfAuthority)
    this.users = new Lookahead(text, endOfUser)
    this.passwords = new Lookahead(text, endOfPassword)
  }

  /** The end of user and password: the last `@` before the host, because a password may contain one. `undefined` if there are none. */
  end(start: number): number | undefined {
    const first = this.atSigns.next(start)
    if (first === this.text.length) {
      return undefined
    }
    const found = first < this.authorities.next(start) ? first : this.endOfLoose(start)
    if (found === undefined) {
      return undefined
    }
    const host = this.authorities.next(found)
    return this.atSigns.next(found + 1) < host ? this.text.lastIndexOf("@", host - 1) : found
  }

  /** The `@` after a password that contains a slash, as in unencoded connection strings. A port is not a password. */
  private endOfLoose(start: number): number | undefined {
    const colon = this.users.next(start)
    if (this.text[colon] !== ":" || colon - start > longestUser || this.isPort(colon + 1)) {
      return undefined
    }
    const end = this.passwords.next(colon + 1)
    return this.text[end] === "@" && end > colon + 1 && end - colon <= longestPassword ? end : undefined
  }

  private isPort(at: number): boolean {
    port.lastIndex = at
    return port.test(this.text)
  }
}

/** The next `://` at or after `from`; the text's length if there is none. In V8, a search for several characters is slow to start. */
const nextUrl = (text: string, from: number): number => {
  let at = colon(text, from)
  while (at < text.length && !(codeAt(text, at + 1) === slash && codeAt(text, at + 2) === slash)) {
    at = colon(text, at + 1)
  }
  return at
}

const redactUsers = (text: string): string => {
  if (!text.includes("@")) {
    return text
  }
  const out = new Rewriter(text)
  const users = new Users(text)
  for (let at = nextUrl(text, 0); at < text.length;) {
    const end = users.end(at + 3)
    if (end !== undefined) {
      out.replace(at + 3, end, redacted)
    }
    at = nextUrl(text, end ?? at + 3)
  }
  return out.finish()
}

/** Hides parameters after each `://`. What precedes it is not a secret. */
const redactQueries = (text: string, keeps: (name: string) => boolean): string => {
  if (!text.includes("?") && !text.includes("#")) {
    return text
  }
  const out = new Rewriter(text)
  const marks = new Lookahead(text, questionOrHash)
  const ends = new Lookahead(text, endOfUrl)
  for (let at = nextUrl(text, 0); at < text.length && marks.next(at) < text.length;) {
    const end = ends.next(at + 3)
    if (marks.next(at) < end) {
      out.replace(at, end, redactTarget(text.slice(at, end), keeps))
    }
    at = nextUrl(text, end)
  }
  return out.finish()
}

/** Hides the parameters of paths without scheme and host. */
const redactTargets = (text: string, keeps: (name: string) => boolean): string => {
  const out = new Rewriter(text)
  const paths = new Lookahead(text, beginningOfPath)
  const pathEnds = new Lookahead(text, endOfPath)
  const ends = new Lookahead(text, endOfUrl)
  let from = 0
  for (let mark = text.indexOf("?"); mark >= 0; mark = text.indexOf("?", from)) {
    let start = paths.next(Math.max(from, mark - longestPath - 1))
    while (start < mark && pathEnds.next(start) < mark) {
      start = paths.next(pathEnds.next(start))
    }
    const end = ends.next(mark + 1)
    from = mark + 1
    if (start < mark && end > from) {
      out.replace(start, end, redactTarget(text.slice(start, end), keeps))
      from = end
    }
  }
  return out.finish()
}

/** The text with every URL made safe. `keeps` decides which parameters keep their value. */
export const redactUrls = (text: string, keeps: (name: string) => boolean): string => {
  const absolute = nextUrl(text, 0) < text.length ? redactQueries(redactUsers(text), keeps) : text
  return absolute.includes("?") ? redactTargets(absolute, keeps) : absolute
}
