/**
 * URLs, and what in them is not to be read by others: who logs in, and the values of parameters.
 *
 * Scheme, host, path and the names of parameters stay. Fragments are kept unless they hold parameters, as after an OAuth redirect. Nothing is
 * parsed: a URL that is malformed is where secrets hide.
 */
import { redacted } from "../text.js"

/** Up to the last `@` before the path: a password may hold one. */
const userInfo = /:\/\/[^\s/?#"\\]*@/g

/** A password with a slash in it, as in connection strings that nobody encoded. A port is none. */
const looseUserInfo = /:\/\/[^\s/?#"\\:@[\]]{0,128}:(?!\d{1,5}(?:[/?#]|$))[^\s"\\@]{1,256}@/g

/** From the `://` on: whatever precedes it is no secret. */
const url = /:\/\/[^\s"\\]+/g

/** A path with parameters, without scheme and host; after a line break in a JSON text too. Of many beginnings each looks only so far for its end. */
const target = /(?<=^|[\s"'`(<[=,]|\\[nrt])\/[^\s"\\?#]{0,1024}\?[^\s"\\]+/g

/** Longer ones without a name are values. */
const longestName = 32

const isRedacted = (text: string, at: number): boolean => text.endsWith(redacted, at)

/** Where the URL ends and the punctuation of the sentence around it begins. */
const endOf = (text: string): number => {
  let end = text.length
  while (end > 0 && ")]}'`>.,;!".includes(text[end - 1]!) && !isRedacted(text, end)) {
    end--
  }
  return end
}

const parameter = (text: string, keeps: (name: string) => boolean): string => {
  const equals = text.indexOf("=")
  if (equals < 0) {
    return text.length > longestName ? redacted : text
  }
  const name = text.slice(0, equals)
  return equals === text.length - 1 || keeps(name) ? text : `${name}=${redacted}`
}

/** Parameters with `<redacted>` in place of their values. */
export const redactParameters = (text: string, keeps: (name: string) => boolean): string =>
  text.split("&").map((each) => parameter(each, keeps)).join("&")

/** What follows the path. A fragment without parameters is a place in a page. */
const afterPath = (text: string, keeps: (name: string) => boolean): string => {
  const hash = text.indexOf("#")
  const query = hash < 0 ? text : text.slice(0, hash)
  const fragment = hash < 0 ? "" : text.slice(hash + 1)
  const shownQuery = query === "" ? "" : `?${redactParameters(query.slice(1), keeps)}`
  const shownFragment = fragment.includes("=") ? redactParameters(fragment, keeps) : fragment
  return hash < 0 ? shownQuery : `${shownQuery}#${shownFragment}`
}

/** A target (path, parameters, fragment, with or without what precedes them) without the values of its parameters. */
export const redactTarget = (text: string, keeps: (name: string) => boolean): string => {
  const path = text.search(/[?#]/)
  if (path < 0) {
    return text
  }
  const end = Math.max(path, endOf(text))
  return text.slice(0, path) + afterPath(text.slice(path, end), keeps) + text.slice(end)
}

// A search for several characters at once is slow to begin in V8, and most texts are short.
const holdsUrl = (text: string): boolean => {
  let at = text.indexOf(":")
  while (at >= 0 && !(text.charCodeAt(at + 1) === 47 && text.charCodeAt(at + 2) === 47)) {
    at = text.indexOf(":", at + 1)
  }
  return at >= 0
}

/** The text with every URL in it made safe. `keeps` says of which parameters the value stays. */
export const redactUrls = (text: string, keeps: (name: string) => boolean): string => {
  const absolute = !holdsUrl(text) ? text : text
    .replace(userInfo, `://${redacted}@`)
    .replace(looseUserInfo, `://${redacted}@`)
    .replace(url, (match) => redactTarget(match, keeps))
  return absolute.includes("?") ? absolute.replace(target, (match) => redactTarget(match, keeps)) : absolute
}
