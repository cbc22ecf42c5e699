/**
 * Decides which keys hold secrets, by name.
 *
 * The end of the key decides, ignoring case and separators: `http.request.header.x-api-key`, `apiKey` and `API_KEY` are the same. Token counts and
 * session ids are not secrets. The trap: only the name counts, so a `token` is hidden whatever its value is.
 */
import { memoize } from "../memoize.js"

/** The name of a key (ignoring case and `-_.`; the last segment of a dotted name is enough), or a pattern for the whole key. */
export type KeyPattern = string | RegExp

/** Only the end of a longer key is examined, in characters. */
const longest = 256

const compact = (key: string): string => key.slice(-longest).toLowerCase().replace(/[^a-z0-9]+/g, "")

/** What may follow the name of a secret: `password_hash`, `secret2`, `authorization.0`. */
const tail = "(?:value|header|hash|hashed|text|string|raw|plain|encoded|base64|pem|confirm|confirmation|old|new|\\d)*$"

/** The ends of secret names, without case and separators. */
const secret = new RegExp(
  "(?:authorization|cookie|passw(?:or)?d|pwd|passphrase|passcode|secret|credential|jwt|mnemonic|seedphrase|" +
    "recovery(?:phrase|code)|connectionstring|connstr|honeycombteam|(?:db|user|smtp|ftp|root|admin)pass|" +
    "(?<!function|method|type|call|tool|class|file|magic|time|key|public)signature|" +
    "(?:api|auth|private|secret|access|account|shared|encryption|decryption|signing|master|ssh|gpg|pgp|rsa|hmac|" +
    "subscription|functions?|license|application|app|admin|service|storage|client|consumer|write|insert|session|deploy|" +
    `openai|anthropic|gemini|stripe|sendgrid|mailgun|datadog)key)s?${tail}`
)

/** Secret if they are the whole last word, because other words end the same way: `compass`, `oauth`. */
const lastWord = /^(?:pass|auth|sig|dsn|bearer|creds?|t?otp)$/

/** Words that give a last word another meaning: `first_pass`. */
const harmlessBefore =
  /^(?:first|second|third|last|next|single|multi|one|two|each|full|final|dry|render|test|boarding|forward|backward)pass$/

/** The first word of a key that describes a secret instead of holding it: `has_password`, `isToken`. */
const asking =
  /^(?:has|had|have|is|was|are|needs?|requires?|should|can|must|shows?|uses?|supports?|allows?|enables?|missing|no|without|with|forgot)$/

/** A header with a signature: `x-hub-signature-256`, `x-signature-ed25519`. */
const signatureHeader = /-signature(?![a-z])/i

const token = /token(?:value|header|hash|\d)*$/

/** Tokens of language models, of parsers and of pagination. */
const harmlessToken =
  /(?:per|first|last|next|previous|page|continuation|max|min|total|used|output|input|cached?|reasoning|image|audio|prompt|completion|eos|bos|pad|unk|stop|special|mask|sep|cls|top|start|end|begin|bad|unexpected|unrecognized|illegal|expected|peek|lookahead|syntax|cancel(?:lation)?|sync|resume|design|color|sampled|draft)token\d*$/

/** Whether the name of a token shows that it does not grant access. */
export const isHarmlessToken = /* @__PURE__ */ memoize(256, (name) => harmlessToken.test(compact(name)))

/** The words of the last segment of a key that is not a number, in lower case. */
const wordsOf = (key: string): ReadonlyArray<string> => {
  const [segment] = /[^.]*$/.exec(key.slice(-longest).replace(/(?:\.\d+)+$/, ""))!
  return segment.replace(/([a-z\d])(?=[A-Z])/g, "$1 ").split(/[^A-Za-z\d]+/).filter((word) => word !== "")
    .map((word) => word.toLowerCase())
}

/** Whether the built-in rules treat values of this key as secrets. */
export const isSecretKey = (key: string): boolean => {
  const name = compact(key)
  const words = wordsOf(key)
  if (words.length > 1 && asking.test(words[0]!)) {
    return false
  }
  return secret.test(name) || (token.test(name) && !harmlessToken.test(name)) || signatureHeader.test(key) ||
    (lastWord.test(words.at(-1) ?? "") && !harmlessBefore.test(words.slice(-2).join("")))
}

/** Keys that name either the current folder of a shell or a password. */
const folderKey = /^(?:.*\.)?(?:old)?pwd$/i

const absolutePath = /^(?:[A-Za-z]:|~)?[\\/][\w.@+~ \\/-]{0,4096}$/

/** Whether this is the current folder of a shell: `PWD=/home/me`. */
export const isFolder = (key: string, value: string): boolean => absolutePath.test(value) && folderKey.test(key)

/** Whether a key holds the query string or fragment of a URL, or a request target. */
export const isQueryKey = (key: string): boolean =>
  /(?:urlquery|querystring|urlfragment|httptarget)$/.test(compact(key))

const userKey = /(?:^|[._-])(?:end)?user[._-]?id$/i

/** Whether a key identifies a user: `user_id`, `user.id`, `enduser.id`. */
export const isUserKey = (key: string): boolean => userKey.test(key)

/** A copy of a regular expression without `g` and `y`, with which each result would depend on the previous one, plus these flags. */
export const stateless = (pattern: RegExp, flags = ""): RegExp =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "") + flags)

const isNamed = (pattern: string): (key: string) => boolean => {
  const name = compact(pattern)
  return (key) => compact(key) === name || compact(key.slice(key.lastIndexOf(".") + 1)) === name
}

/** Tests whether a key matches one of the patterns. */
export const keyMatcher = (patterns: ReadonlyArray<KeyPattern>): (key: string) => boolean => {
  const tests = patterns.map((pattern) => {
    if (typeof pattern === "string") {
      return isNamed(pattern)
    }
    const own = stateless(pattern)
    return (key: string) => own.test(key)
  })
  return (key) => tests.some((test) => test(key))
}
