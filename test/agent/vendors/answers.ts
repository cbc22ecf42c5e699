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

/** An answer of the model. */
export interface Answer {
  readonly kind: "answer"
  readonly thinking?: { readonly text: string; readonly signature: string }
  readonly text?: string
  readonly toolCalls?: ReadonlyArray<AnsweredToolCall>
  readonly usage: AnswerUsage
  /** Lines that replace a streamed event: what the vendor should never send. */
  readonly malformed?: { readonly event: number; readonly lines: string }
  /** The stream ends early after so many events: `drop` breaks the connection, `close` ends it in order. */
  readonly cut?: { readonly after: number; readonly how: "drop" | "close" }
  /** After so many events the vendor sends an error instead of the rest. */
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

/** A vendor's protocol. */
export interface Protocol {
  /** The path that requests are posted to. */
  readonly path: string
  /** All events of a streamed answer. */
  readonly events: (answer: Answer, model: string) => ReadonlyArray<StreamedEvent>
  /** The event that breaks an answer off. */
  readonly errorEvent: (type: StreamedError, model: string) => StreamedEvent
  /** The answer in one piece. */
  readonly whole: (answer: Answer, model: string) => unknown
  /** The body of a rejection. */
  readonly refusal: (status: number) => unknown
}

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
