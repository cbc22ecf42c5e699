/**
 * Secrets with a recognizable form, anywhere in a text: vendor keys, tokens, private keys.
 *
 * Only the secret is hidden; the words around it stay. Every expression here is linear in the length of the text: a part that may be long is either
 * anchored to a fixed start, or can no longer fail once it is long. Secrets without a form are found by their keys instead.
 */
import { redacted } from "../text.js"
import { formsAround } from "./forms.js"
import { holdsToken, redactTokens } from "./tokens.js"

/** A token does not start inside a word. In JSON, the letter of an escape may come right before it: `\nsk-…`. */
const notAfter = (characters: string): string => `(?<!(?<!\\\\|\\\\u[0-9a-fA-F]{3})${characters})`
const begins = notAfter("[A-Za-z0-9]")
const beginsWord = notAfter("[A-Za-z0-9_-]")

/** URLs that are secrets themselves: anyone who knows one can post to it. */
const addresses = new RegExp(
  [
    "(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)[\\w/-]{8,}",
    "(?<=discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{1,24}/)[\\w-]{16,}",
    "(?<=webhook\\.office\\.com/webhookb2/)[\\w@/-]{16,}",
    "(?<=hooks\\.zapier\\.com/hooks/catch/)[\\w/-]{8,}"
  ].join("|"),
  "g"
)

/** A Telegram bot token. */
const bot = new RegExp(`${begins}(?:bot)?\\d{8,12}:AA(?:[\\w-]{30,}|[\\w-]*(?=…))`, "g")

/** The password in `user:password@tcp(host)`. */
const network = /:[^\s:@"'\\/]{1,256}(?=@(?:tcp|udp|unix)\()/g

/** A JWT or a JWE: `eyJ` is the base64 of `{"`. */
const jwt = new RegExp(
  `${beginsWord}eyJ(?=(?<header>[\\w-]{8,}))\\k<header>(?:\\.[\\w-]{2,}(?:\\.[\\w-]*){0,3}|(?:\\.[\\w-]?)?(?=…))`,
  "g"
)

/** A key without an end is hidden up to the end of the text, or of the JSON string around it. */
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----[^"]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----|(?=")|$)/g

/** The lines of a PuTTY private key. */
const putty = /(?<=Private-Lines: ?\d{1,4})(?:(?:\r?\n|\\{1,15}[rn])+(?!Private-)[A-Za-z0-9+/=]{1,128})+/g

/** A word in a sentence, as in `bearer of news`, unless the text was cut after it. */
const word = "(?:[A-Za-z]?[a-z]{1,13}\\.?|[A-Za-z]?[a-z]{14})(?![A-Za-z0-9._~+/=…-])"
/** At least six characters. It may contain colons, as in a bot's `123456789:AA…`, but does not end with one. */
const credential = "[A-Za-z0-9._~+/=-][A-Za-z0-9._~+/=:-]{4,}[A-Za-z0-9._~+/=-]|[A-Za-z0-9._~+/=:-]+(?=…)"
const scheme = new RegExp(
  `([Bb][Ee][Aa][Rr][Ee][Rr]|[Bb][Aa][Ss][Ii][Cc])(\\s{1,4}|%20)(?!--|${word})(${credential})`,
  "g"
)

/** Whether this is a user and a password in base64, as after `Basic`, and not just a word that is valid base64. */
const isBasic = (match: string): boolean => {
  try {
    return atob(match.replaceAll("-", "+").replaceAll("_", "/").slice(0, match.length - (match.length % 4)))
      .includes(":")
  } catch {
    return false
  }
}

/** Whether the text was cut right after a match, so that the rest of the match is unknown. */
const isCut = (match: string, at: number, text: string): boolean => text[at + match.length] === "…"

const credentials = (whole: string, name: string, space: string, value: string, at: number, text: string): string =>
  name.toLowerCase() === "basic" && !isBasic(value.split(":")[0]!) && !isCut(whole, at, text)
    ? whole
    : name + space + redacted

const assigning = /[:=]|--[A-Za-z]|",/

/** Every text with a secret other than a token contains one of these. */
const suspicious = new RegExp(
  `${assigning.source}|hooks\\.|/webhook|PRIVATE KEY|eyJ|bearer|basic|Q~|atlasv1|AZDO|-us\\d|_mmk`,
  "i"
)

/** Whether a text may contain a key and its value. Fast. */
export const mayHoldKey = (text: string): boolean => assigning.test(text)

/** Whether a text contains a token or may contain another secret. Fast, because every text of every record is tested. */
export const mayHoldAny = (text: string): boolean => suspicious.test(text) || holdsToken(text)

/** Patterns to search for if a text contains `word` and, where given, matches `more`. */
const steps: ReadonlyArray<readonly [word: string, pattern: RegExp, standIn: string, more?: RegExp | undefined]> = [
  ["hooks.", addresses, redacted],
  ["/webhook", addresses, redacted],
  ["AA", bot, redacted, /:AA/],
  ["Private-Lines: ", putty, ` ${redacted}`],
  ["@", network, `:${redacted}`, /@(?:tcp|udp|unix)\(/],
  ...formsAround.map(([word, form, more]) => [word, new RegExp(begins + form, "g"), redacted, more] as const)
]

/** The text with `<redacted>` in place of every secret with a recognizable form. */
export const redactSecrets = (text: string): string => {
  const withoutKeys = text.includes("PRIVATE KEY") ? text.replace(privateKey, redacted) : text
  const withoutSchemes = withoutKeys.replace(scheme, credentials)
  const withoutJwts = withoutSchemes.includes("eyJ") ? withoutSchemes.replace(jwt, redacted) : withoutSchemes
  return redactTokens(
    steps.reduce(
      (safe, [word, pattern, standIn, more]) =>
        safe.includes(word) && more?.test(safe) !== false ? safe.replace(pattern, standIn) : safe,
      withoutJwts
    )
  )
}
