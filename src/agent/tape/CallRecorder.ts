/**
 * Records a model call for a cassette: the request, and every part of the answer as the vendor's layer gave it, with its time.
 */
import * as AiError from "@effect/ai/AiError"
import * as Response from "@effect/ai/Response"
import * as Toolkit from "@effect/ai/Toolkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { elapsedMs } from "../../records/instants.js"
import { tapeSum } from "../../records/tape.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { exactText, plainPart } from "../model/content.js"
import { rejectedParts } from "../model/malformed.js"
import type { AnyPart } from "../model/modelParts.js"
import type { Tools } from "../tools/looseToolkit.js"
import type { RequestText } from "./RequestText.js"
import type { TapeEntry } from "./tapeEntry.js"

/** Parts that arrive together. */
interface Arrival {
  /** Milliseconds since the call began, ≥ 0. */
  readonly at: number
  readonly entries: ReadonlyArray<TapeEntry | { readonly raw: AnyPart }>
}

/** Records one call. */
export class CallRecorder {
  private readonly arrivals: Array<Arrival> = []
  /** The tools that the answer was decoded with. */
  tools: Tools = {}

  constructor(
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint,
    private readonly request: RequestText
  ) {}

  /** Takes in parts that arrive together. */
  take(parts: Iterable<AnyPart>): Effect.Effect<void> {
    // Results of the caller's own tools are on the spans of the tools.
    const entries = Array.from(parts, (raw) => ({ raw })).filter(({ raw }) =>
      raw.type !== "tool-result" || raw.providerExecuted === true
    )
    return this.add(entries)
  }

  /** Records an answer and passes it on. */
  record<E, R>(answer: Stream.Stream<AnyPart, E, R>): Stream.Stream<AnyPart, E, R> {
    return answer.pipe(
      Stream.mapChunksEffect((chunk) => Effect.as(this.take(chunk), chunk)),
      Stream.tapError((error) => this.fail(error)),
      Stream.onStart(this.add([]))
    )
  }

  /** Takes in that the call failed. Rejected parts are kept: playback rejects them again, and recovers them if they were recovered. */
  fail(error: unknown): Effect.Effect<void> {
    const encoded = Schema.encodeUnknownEither(AiError.AiError)(error)
    const rejected = rejectedParts(error)
    return this.add([
      Either.isRight(encoded)
        ? { type: "failed", error: encoded.right, ...(rejected.length > 0 && { rejected }) }
        : unreadable
    ])
  }

  /** Takes in that another attempt starts. */
  attempt(): Effect.Effect<void> {
    return this.add([{ type: "attempt" }])
  }

  /** Takes in an attribute that the vendor's layer set on the span of `@effect/ai`. */
  announced(key: string, value: unknown): void {
    if (!key.startsWith("gen_ai.") || (typeof value !== "string" && typeof value !== "number")) {
      return
    }
    const at = this.arrivals.at(-1)?.at ?? 0
    this.arrivals.push({ at, entries: [{ type: "announced", key, value }] })
  }

  private add(entries: Arrival["entries"]): Effect.Effect<void> {
    return entries.length === 0
      ? Effect.void
      : Effect.map(Clock.currentTimeNanos, (now) => {
        this.arrivals.push({ at: elapsedMs(this.startedAt, now), entries })
      })
  }

  /** Writes the recording to the current span. */
  readonly write: Effect.Effect<void> = Effect.suspend(() => {
    const parts = exactText(
      this.arrivals.flatMap(({ entries }) =>
        entries.map((entry) => "raw" in entry ? encoded(entry.raw, this.tools) : entry)
      )
    )
    const tape = {
      arrivals: this.arrivals.map(({ at, entries }) => [at, entries.length]),
      input_messages: this.request.sum,
      tools: this.request.tools,
      response_parts: tapeSum(parts)
    }
    return Telemetry.annotate({
      input_messages: this.request.items,
      response_parts: parts,
      tape: JSON.stringify(tape)
    })
  })
}

/** Encodes parts without a tool. The encoder is built on first use, because that is slow. */
const encodePlain = (part: unknown) =>
  (plainEncoder ??= Schema.encodeUnknownEither(Response.AllParts(Toolkit.empty)))(part)

let plainEncoder: ((part: unknown) => Either.Either<unknown, unknown>) | undefined

const unreadable: TapeEntry = { type: "unreadable" }

/** A part in the encoded form of vendors' layers. Played parts have it already. */
const encoded = (raw: AnyPart, tools: Tools): unknown => {
  if (!("~effect/ai/Content/Part" in raw)) {
    return raw
  }
  if (raw.type === "tool-result") {
    const { encodedResult, ...rest } = raw as typeof raw & { readonly encodedResult: unknown }
    return { ...plainPart(rest), result: encodedResult }
  }
  if (raw.type === "tool-call") {
    const tool = Object.values(tools).find(({ name }) => name === raw.name)
    const params = tool === undefined
      ? Either.right(raw.params)
      : Schema.encodeUnknownEither(tool.parametersSchema as Schema.Schema<unknown, unknown>)(raw.params)
    return Either.isRight(params) ? { ...plainPart(raw), params: params.right } : unreadable
  }
  return Either.getOrElse(encodePlain(raw), () => unreadable)
}
