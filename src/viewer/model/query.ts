/**
 * Parses the search field: words, and terms such as `user:alice`, `model:"gpt 5"`, `is:failed`.
 *
 * The text is the only state of search and filters: the page's buttons and lists rewrite it, and links contain it. An unknown term is an ordinary word, so no
 * input is an error.
 */

/** Fields that a filter can compare. */
export type QueryField = "user" | "session" | "agent" | "model" | "tool"

/** States that a search can ask for. */
export type QueryState = "failed" | "open" | "interrupted"

/** A parsed search. */
export interface Query {
  /** Lower case; each must occur in a span's name, ids, attributes, events or exception. */
  readonly words: ReadonlyArray<string>
  /** The exact value of each field. */
  readonly fields: ReadonlyMap<QueryField, string>
  readonly states: ReadonlySet<QueryState>
}

/** The fields in the order of the page's lists. */
export const queryFields: ReadonlyArray<QueryField> = ["user", "session", "agent", "model", "tool"]

const states: ReadonlySet<string> = new Set<QueryState>(["failed", "open", "interrupted"])

interface Term {
  /** As typed. */
  readonly source: string
  readonly key: string
  readonly value: string
}

// key:"quoted", key:bare, "quoted", bare; an unclosed quote runs to the end.
const termPattern = /(?:([a-z]+):)?(?:"((?:[^"\\]|\\.)*)(?:"|$)|(\S+))/gi

const termsOf = (text: string): ReadonlyArray<Term> =>
  [...text.matchAll(termPattern)].map((match) => ({
    source: match[0],
    key: (match[1] ?? "").toLowerCase(),
    value: match[2] === undefined ? match[3] ?? "" : match[2].replace(/\\(.)/g, "$1")
  }))

const isField = (key: string): key is QueryField => (queryFields as ReadonlyArray<string>).includes(key)

const isState = (term: Term): boolean => term.key === "is" && states.has(term.value)

/** Parses a search text. */
export const parseQuery = (text: string): Query => {
  const words: Array<string> = []
  const fields = new Map<QueryField, string>()
  const asked = new Set<QueryState>()
  for (const term of termsOf(text)) {
    if (isField(term.key)) {
      fields.set(term.key, term.value)
    } else if (isState(term)) {
      asked.add(term.value as QueryState)
    } else {
      words.push((term.key === "" ? term.value : `${term.key}:${term.value}`).toLowerCase())
    }
  }
  return { words, fields, states: asked }
}

const rewrite = (text: string, drop: (term: Term) => boolean, added: string | undefined): string =>
  [...termsOf(text).filter((term) => !drop(term)).map(({ source }) => source), ...(added === undefined ? [] : [added])]
    .join(" ")

/** The text with this value of a field, or without the field. */
export const withField = (text: string, field: QueryField, value: string | undefined): string =>
  rewrite(text, ({ key }) => key === field, value === undefined ? undefined : `${field}:${quoted(value)}`)

/** The text with or without a state. */
export const withState = (text: string, state: QueryState, on: boolean): string =>
  rewrite(text, (term) => isState(term) && term.value === state, on ? `is:${state}` : undefined)

const quoted = (value: string): string => /^[^\s"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`
