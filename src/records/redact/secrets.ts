/**
 * Secrets that can be known by their looks, wherever in a text they stand: keys of vendors, tokens, private keys.
 *
 * Only the secret goes; the words around it stay. Every expression here is linear in the length of the text: what may be long is either anchored
 * to a place before which it cannot begin, or cannot fail any more once it is long. What has no form of its own is found by its key instead.
 */
import { redacted } from "../text.js"

/** Tokens start outside of words. In JSON, the letter of an escape may come right before them: `\nsk-…`. */
const notAfter = (characters: string): string => `(?<!(?<!\\\\|\\\\u[0-9a-fA-F]{3})${characters})`
const begins = notAfter("[A-Za-z0-9]")
const beginsWord = notAfter("[A-Za-z0-9_-]")

/** A prefix and at least so many characters; fewer are enough where the text was cut in the middle of it. */
const prefixed = (prefix: string, characters: string, least: number): string =>
  `${prefix}${characters}{${least},}|${prefix}${characters}*(?=…)`

const tokens = [
  prefixed("[sr]k_(?:live|test)_", "[A-Za-z0-9]", 8),
  prefixed("AIza", "[\\w-]", 20),
  prefixed("gh[pousr]_", "[A-Za-z0-9]", 16),
  prefixed("github_pat_", "\\w", 16),
  prefixed("glpat-", "[\\w-]", 16),
  prefixed("xox[abeoprs]-", "[\\w-]", 8),
  prefixed("xapp-", "[\\w-]", 8),
  prefixed("(?:AKIA|ASIA)", "[A-Z0-9]", 12),
  prefixed("hf_", "[A-Za-z0-9]", 16),
  prefixed("gsk_", "[A-Za-z0-9]", 16),
  prefixed("xai-", "[A-Za-z0-9]", 16),
  prefixed("(?:nvapi|pplx|tvly)-", "[\\w-]", 16),
  prefixed("(?:pcsk|r8|fw)_", "[A-Za-z0-9_]", 16),
  prefixed("lsv2_[ps][kt]_", "\\w", 16),
  prefixed("dapi", "[a-f0-9]", 32),
  prefixed("npm_", "[A-Za-z0-9]", 30),
  prefixed("whsec_", "[\\w+/=]", 16),
  prefixed("ya29\\.", "[\\w-]", 16),
  prefixed("GOCSPX-", "[\\w-]", 16),
  "SG\\.(?=(?<id>[\\w-]{16,}))\\k<id>\\.[\\w-]{16,}",
  prefixed("(?:bot)?\\d{8,12}:AA", "[\\w-]", 30)
].join("|")

/** Addresses that are a key themselves: who knows them may post. */
const addresses = [
  "(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)[\\w/-]{8,}",
  "(?<=discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{1,24}/)[\\w-]{16,}"
].join("|")

const secretKey = new RegExp(`${begins}(?:${prefixed("sk-", "[\\w-]", 8)})`, "g")

/** A JWT or a JWE; its header is the base64 of `{"`. */
const jwt = new RegExp(
  `${beginsWord}eyJ(?=(?<header>[\\w-]{8,}))\\k<header>(?:\\.[\\w-]{2,}(?:\\.[\\w-]*){0,3}|(?:\\.[\\w-]?)?(?=…))`,
  "g"
)

/** One that has no end goes to the end of the text, or of the JSON string that it stands in. */
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[^"]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|(?=")|$)/g

/** A word of a sentence, as in `bearer of news`, unless the text was cut after it. */
const word = "(?:[A-Za-z]?[a-z]{1,13}\\.?|[A-Za-z]?[a-z]{14})(?![A-Za-z0-9._~+/=…-])"
const credential = "[A-Za-z0-9._~+/=-]{6,}|[A-Za-z0-9._~+/=-]+(?=…)"
const scheme = new RegExp(
  `([Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc])(\\s{1,4}|%20)(?!--|${word})(${credential})`,
  "g"
)

/** Of names with dashes, `sk-learn-contrib` is none: a key has digits, capitals, or a long part. */
const isKey = (match: string): boolean => /[0-9A-Z]|(?<![a-z])[a-z]{16}/.test(match)

/** What follows `Basic` is a user and a password in base64; a word that could be base64 is not. */
const isBasic = (match: string): boolean => {
  try {
    return atob(match.replaceAll("-", "+").replaceAll("_", "/").slice(0, match.length - (match.length % 4)))
      .includes(":")
  } catch {
    return false
  }
}

/** Whether a match goes up to where the text was cut: what it would have been is not known any more. */
const isCut = (match: string, at: number, text: string): boolean => text[at + match.length] === "…"

const credentials = (whole: string, name: string, space: string, value: string, at: number, text: string): string =>
  name.toLowerCase() === "basic" && !isBasic(value) && !isCut(whole, at, text) ? whole : name + space + redacted

const keys = (match: string, at: number, text: string): string =>
  isKey(match.slice(3)) || isCut(match, at, text) ? redacted : match

const token = new RegExp(`${begins}(?:${tokens})`, "g")
const tokenOrAddress = new RegExp(`${begins}(?:${tokens}|${addresses})`, "g")

/** Literals of which one is in every text that holds such a secret. */
const suspicious =
  /sk[-_]|rk_|AIza|gh[pousr]_|_pat_|glpat-|xox|xapp-|A[KS]IA|hf_|npm_|xai-|nvapi-|pplx-|tvly-|pcsk_|r8_|fw_|lsv2_|dapi|whsec_|ya29|GOCSPX-|SG\.|:AA|hooks\.slack|\/webhooks|eyJ|PRIVATE KEY|[Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc]/

/** Whether a text may hold a secret with a form of its own; quick. */
const mayHoldSecret = (text: string): boolean => suspicious.test(text)

const assigning = /[:=]|--[A-Za-z]|",/

/** Whether a text may hold a key and its value; quick. */
export const mayHoldKey = (text: string): boolean => assigning.test(text)

const suspiciousOrAssigning = new RegExp(`${assigning.source}|${suspicious.source}`)

/** Whether a text may hold such a secret, or one that is known by its key; in one go, for this is asked of every text of every record. */
export const mayHoldAny = (text: string): boolean => suspiciousOrAssigning.test(text)

const mayHoldAddress = (text: string): boolean => text.includes("hooks.slack.com/") || text.includes("/webhooks/")

/** The text with `<redacted>` in place of every secret that has a form of its own. */
export const redactSecrets = (text: string): string => {
  if (!mayHoldSecret(text)) {
    return text
  }
  const safe = text
    .replace(privateKey, redacted)
    .replace(scheme, credentials)
    .replace(jwt, redacted)
    .replace(secretKey, keys)
  // Looking back for an address at every character is slow, and few texts hold one.
  return safe.replace(mayHoldAddress(safe) ? tokenOrAddress : token, redacted)
}
