/**
 * Which keys hold secrets, by their names alone.
 *
 * A key is judged by how it ends, with case and separators ignored: `http.request.header.x-api-key`, `apiKey` and `API_KEY` are the same. Counts of
 * tokens, and ids of sessions, are no secrets. The one trap: a name says nothing of what is behind it, so a `token` is hidden whatever it holds.
 */

/** A key by its name (case and `-_.` ignored; the last segment of a dotted name is enough), or a pattern for the whole key. */
export type KeyPattern = string | RegExp

/** What is judged of a very long key: its end. */
const longest = 256

const compact = (key: string): string => key.slice(-longest).toLowerCase().replace(/[^a-z0-9]+/g, "")

/** What may follow the name of a secret without making it another thing: `password_hash`, `secret2`, `authorization.0`. */
const tail = "(?:value|header|hash|hashed|text|string|raw|plain|encoded|base64|pem|confirm|confirmation|old|new|\\d)*$"

const secret = new RegExp(
  "(?:authorization|cookie|passw(?:or)?d|pwd|passphrase|passcode|secret|credential|jwt|" +
    `(?:api|private|secret|access|account|shared|encryption|signing|master|ssh|subscription)key)s?${tail}`
)

const token = /token(?:value|header|hash|\d)*$/

/** Tokens of language models, and of pages. */
const harmlessToken =
  /(?:per|first|last|next|previous|page|continuation|max|min|total|used|output|input|cached?|reasoning|image|audio|prompt|completion|eos|bos|pad|unk|stop|special|mask|sep|cls)token\d*$/

/** Whether a key of this name holds a secret, as far as the built-in rules know. */
export const isSecretKey = (key: string): boolean => {
  const name = compact(key)
  return secret.test(name) || (token.test(name) && !harmlessToken.test(name))
}

/** Whether a key holds the part of a URL in which parameters stand, without the URL around it. */
export const isQueryKey = (key: string): boolean =>
  /(?:urlquery|querystring|urlfragment|httptarget)$/.test(compact(key))

const userKey = /(?:^|[._-])(?:end)?user[._-]?id$/i

/** Whether a key says which user something belongs to: `user_id`, `user.id`, `enduser.id`. */
export const isUserKey = (key: string): boolean => userKey.test(key)

/** The same expression without state of its own: `g` and `y` would make its answer depend on the one before. */
export const stateless = (pattern: RegExp, flags = ""): RegExp =>
  new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "") + flags)

const isNamed = (pattern: string): (key: string) => boolean => {
  const name = compact(pattern)
  return (key) => compact(key) === name || compact(key.slice(key.lastIndexOf(".") + 1)) === name
}

/** Whether one of these stands for a key. */
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
