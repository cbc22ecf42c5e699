/**
 * Answers of a model as data, the same for all vendors; each protocol encodes them its own way.
 */

/** Tokens, each counted once. Vendors sum them up differently. */
export interface AnswerUsage {
  /** Input that was neither read from a cache nor written to one. */
  readonly input: number
  readonly cacheRead?: number
  /** Only if the vendor counts it. */
  readonly cacheWrite?: number
  /** The part of `cacheWrite` that is kept for an hour, if the vendor reports it separately. */
  readonly cacheWrite1h?: number
  /** All output, including reasoning. */
  readonly output: number
  /** Only if the vendor counts it. */
  readonly reasoning?: number
}

/** A tool call as the model writes it. */
export interface AnsweredToolCall {
  readonly id: string
  readonly name: string
  /** The text of the parameters, which may not be JSON. */
  readonly json: string
}

/** A web search that the vendor ran itself. */
export interface AnsweredSearch {
  readonly query: string
  readonly url: string
  readonly title: string
}

/** An answer of the model. */
export interface Answer {
  readonly kind: "answer"
  readonly thinking?: { readonly text: string; readonly signature: string }
  readonly search?: AnsweredSearch
  /** Code that the vendor ran itself, with its output. */
  readonly ranCode?: { readonly code: string; readonly output: string }
  readonly text?: string
  /** The text of a refusal, for vendors that send it separately from `text`. */
  readonly refusal?: string
  readonly toolCalls?: ReadonlyArray<AnsweredToolCall>
  readonly usage: AnswerUsage
  /** The usage in the vendor's own format, instead of `usage`; `null` leaves it out. */
  readonly reported?: { readonly [key: string]: unknown } | null
  /** Sends the usage before the end of a stream although the vendor sends it after, as some gateways do. */
  readonly usageFirst?: boolean
  /** Why the answer ends, by the vendor's own name. Default: it is complete, or calls a tool. */
  readonly stop?: string
  /** The tier that served it, by the vendor's own name. Default: the vendor's default. */
  readonly tier?: string
  /** The model that the answer names. Default: a dated version of the one in the request. */
  readonly model?: string
  /** Lines that replace a streamed event: what the vendor should never send. */
  readonly malformed?: { readonly event: number; readonly lines: string }
  /** The stream ends early after this many events: `drop` breaks the connection, `close` ends it cleanly. */
  readonly cut?: { readonly after: number; readonly how: "drop" | "close" }
  /** After this many events, the vendor sends an error instead of the rest. */
  readonly error?: { readonly after: number; readonly type: StreamedError }
}

/** Errors in the middle of a stream; `failed` is OpenAI's, which looks like a finished answer. */
export type StreamedError = "overloaded" | "invalid" | "failed"

/** A rejected request: a status instead of an answer. */
export interface Refusal {
  readonly kind: "refusal"
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
}

/** The vendor's reply to one request. */
export type Reply = Answer | Refusal

/** An event of a stream, after its name if the protocol has names. */
export interface StreamedEvent {
  readonly type: string
  readonly [key: string]: unknown
}

/** What a request asks for. */
export interface Requested {
  readonly model: string
  readonly streamed: boolean
}

/** A vendor's protocol. */
export interface Protocol {
  /** What a request asks for; `undefined` if it is another vendor's. */
  readonly requested: (path: string, body: any) => Requested | undefined
  /** All events of a streamed answer. */
  readonly events: (answer: Answer, model: string) => ReadonlyArray<StreamedEvent>
  /** The event that ends an answer with an error. */
  readonly errorEvent: (type: StreamedError, model: string, answer: Answer) => StreamedEvent
  /** The content type of a stream. */
  readonly contentType: string
  /** An event on the wire. */
  readonly frame: (event: StreamedEvent) => string | Uint8Array
  /** The answer in one piece. */
  readonly whole: (answer: Answer, model: string) => unknown
  /** The body of a rejection. */
  readonly refusal: (status: number) => unknown
}

/** The content type of server-sent events. */
export const eventStream = "text/event-stream; charset=utf-8"

/** Server-sent events that carry their name, as Anthropic and OpenAI send them. */
export const namedEvent = (event: StreamedEvent): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

/** A request to this path, with model and mode in its body. */
export const postedTo = (path: string): Protocol["requested"] => (asked, body) =>
  asked === path ? { model: body.model, streamed: body.stream === true } : undefined

/** An answer with text. */
export const says = (text: string, usage: AnswerUsage = { input: 12, output: 4 }): Answer => ({
  kind: "answer",
  text,
  usage
})

/** An answer that calls a tool once. */
export const calls = (name: string, json: string, usage: AnswerUsage = { input: 30, output: 8 }): Answer => ({
  kind: "answer",
  toolCalls: [{ id: "call_1", name, json }],
  usage
})

/** A rejection with this status. */
export const refuses = (status: number, headers: Refusal["headers"] = {}): Refusal => ({
  kind: "refusal",
  status,
  headers
})

/** A text in a few pieces, as models stream. */
export const pieces = (text: string): ReadonlyArray<string> => text.match(/[\s\S]{1,7}/g) ?? []
