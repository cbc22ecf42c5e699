/**
 * E-mail addresses: a local part, `@`, and a domain of at least two labels (RFC 5321, sections 4.1.2 and 4.5.3.1), in any script, also in URLs
 * (`%40`).
 *
 * Other text with an `@` is left alone: packages (`@effect/ai`, `effect@3.22.4`), the user in a remote path (`git@github.com:me/repo`) or after
 * `ssh`, images (`logo@2x.png`), systemd units (`getty@tty1.service`).
 */
import { redacted } from "../../text.js"
import { codeAt, Rewriter } from "../scanning.js"

const longestLocal = 64
const longestDomain = 255

const letterOrDigit = /[\p{L}\p{N}]/u

const isLetterOrDigit = (text: string, at: number): boolean => {
  const code = codeAt(text, at)
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) ||
    (code >= 128 && (letterOrDigit.test(text[at]!) || (code >= 0xd800 && code <= 0xdfff)))
}

const isLocal = (text: string, at: number): boolean =>
  isLetterOrDigit(text, at) || "._+-%'!#$&*=^~".includes(text[at] ?? " ")

/** Characters that may come before a local part, but that it does not begin with. */
const isPunctuation = (text: string, at: number): boolean => ".'!#$&*=^~%-".includes(text[at]!)

/** Skips the letters of an escape before a local part: `\n` and `\u001b` in JSON. */
const afterEscape = (text: string, start: number): number =>
  codeAt(text, start - 1) === 92 ? start + (text[start] === "u" ? 5 : 1) : start

const encoded = /^(?:.{0,61}%(?!40)[2-7][0-9A-Fa-f])+(?=.)/s

/** The start of the local part that ends at `end`; `end` if there is none. */
const startOfLocal = (text: string, end: number): number => {
  if (text[end - 1] === "\"") {
    // `"john doe"@example.com`: a quoted local part.
    const from = Math.max(0, end - longestLocal)
    const open = text.slice(from, end - 1).lastIndexOf("\"")
    return open >= 0 && from + open < end - 2 ? from + open + 1 : end
  }
  let start = end
  while (start > 0 && end - start < longestLocal && isLocal(text, start - 1)) {
    start--
  }
  start = afterEscape(text, start)
  start += encoded.exec(text.slice(start, end))?.[0].length ?? 0
  start += text.slice(start, end).lastIndexOf("=") + 1
  while (start < end && isPunctuation(text, start)) {
    start++
  }
  return start
}

const label = "[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61}[\\p{L}\\p{N}])?"

/** The last label has no digits, unless it is in punycode. */
const domain = new RegExp(
  `(?:${label}\\.){1,8}(?:xn--[A-Za-z0-9-]{2,59}|\\p{L}{2,63})(?![\\p{L}\\p{N}_]|-[\\p{L}\\p{N}])`,
  "uy"
)

/** A version, an image resolution, or a file name. */
const noDomain =
  /^(?:v?\d+\.\d+\.|\dx\.)|\.(?:png|jpe?g|gif|svg|webp|avif|bmp|ico|pdf|css|mjs|cjs|js|jsx|tsx|json|html?|xml|ya?ml|txt|tgz|gz|tar|log|lock|service|socket|timer|mount)$/i

/** A path on a host, as in `git` and `scp`. */
const remotePath = /:(?:~|[\w.~-]{0,64}\/|[\w.-]{1,64}\.git\b)/y

const login = /(?:\/\/|\b(?:ssh|scp|sftp|rsync|mosh)(?: -\S{1,40}(?: \d{1,5})?){0,4} )$/

const isLogin = (text: string, start: number, end: number): boolean => {
  remotePath.lastIndex = end
  return remotePath.test(text) || login.test(text.slice(Math.max(0, start - 96), start))
}

/** The end of the domain that begins here; 0 if there is none. */
const endOfDomain = (text: string, at: number): number => {
  domain.lastIndex = at
  return domain.test(text) && domain.lastIndex - at <= longestDomain && !noDomain.test(text.slice(at, domain.lastIndex))
    ? domain.lastIndex
    : 0
}

const atSigns = /@|%40/g

/** The text without e-mail addresses. */
export const redactEmails = (text: string): string => {
  const out = new Rewriter(text)
  let done = 0
  atSigns.lastIndex = 0
  for (let found = atSigns.exec(text); found !== null; found = atSigns.exec(text)) {
    const end = endOfDomain(text, atSigns.lastIndex)
    const start = end === 0 ? found.index : Math.max(done, startOfLocal(text, found.index))
    if (start < found.index && !isLogin(text, start, end)) {
      out.replace(start, end, redacted)
      done = end
      atSigns.lastIndex = end
    }
  }
  return out.finish()
}
