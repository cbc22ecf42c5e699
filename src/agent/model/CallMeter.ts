/**
 * A measured model call: its `loom.model.stream` span and its measurements.
 *
 * Measured calls can be nested: an agent calls a wrapper (a router, a cache, a guard) around an instrumented model. Each call has its own span, but
 * only the innermost ones count: as soon as a call reports its usage, the calls around it count nothing of their own.
 *
 * The trap: tools that run inside a call make model calls of their own. These must run outside of it, see `propagation.ts`.
 */
import * as AiError from "@effect/ai/AiError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { elapsedMs } from "../../records/instants.js"
import { Loom } from "../../telemetry/Loom.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import {
  announcedUsage,
  finishesFailedCall,
  type Metadata,
  providerName,
  reportedCost,
  reportedModel
} from "../providers/table.js"
import { CurrentRun } from "../run/RunMeter.js"
import type { CallRecorder } from "../tape/CallRecorder.js"
import { hasTokens, isWhole, type KnownUsage, laterUsage, type ReportedUsage, type Usage } from "../Usage.js"
import { costOf } from "./cost.js"
import { isCutJson } from "./cutJson.js"
import { fileBytes, jsonBytes, tokensOf, utf8Bytes } from "./estimate.js"
import { rejectedCalls, rejectedFinish } from "./malformed.js"
import type { ModelIdentity } from "./ModelIdentity.js"
import { isContent, type ModelPart, modelPart } from "./modelParts.js"
import { ProviderTools } from "./providerTools.js"

/** Measures one model call: fed with its parts as they arrive, settled when it is over. */
export class CallMeter {
  /** Attempts after the first. */
  retries = 0
  /** Records the call for a cassette, if it is recorded. */
  recorder: CallRecorder | undefined = undefined
  private usage: KnownUsage = {}
  private isCountedInside = false
  private finishReason: string | undefined = undefined
  private hasRefused = false
  private readonly providerTools = new ProviderTools()
  private metadata: Metadata = {}
  private requestModel: string | undefined = undefined
  private requestProvider: string | undefined = undefined
  private responseModel: string | undefined = undefined
  private firstContentAt: bigint | undefined = undefined
  private announced: Pick<ReportedUsage, "inputTokens" | "outputTokens"> = {}
  /** Whether the answer was rejected after the vendor gave it. */
  private isRejected = false
  private readonly openTexts = new Set<string>()
  private readonly openParams = new Map<string, string>()
  private bytesOut = 0

  constructor(
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint,
    private readonly identity: ModelIdentity,
    private readonly streaming: boolean,
    /** The measured call around this one. */
    private readonly above: CallMeter | undefined,
    /** An estimate of the tokens that are sent. */
    private readonly promptTokens: () => number
  ) {}

  /** Whether any content has arrived; from then on the call cannot be retried. */
  get hasContent(): boolean {
    return this.firstContentAt !== undefined
  }

  /**
   * Whether what looks like a finished answer is really a failed call: it has neither content nor usage, or a text was started but never ended
   * although the answer was not cut off.
   */
  get hasFailed(): boolean {
    return finishesFailedCall(this.metadata) &&
      (this.hasContent
        ? this.openTexts.size > 0 && (this.finishReason === "stop" || this.finishReason === "tool-calls")
        : !hasTokens(this.usage))
  }

  /** Begins another attempt. */
  retry(): void {
    this.retries++
    this.openTexts.clear()
    this.openParams.clear()
  }

  /** Takes in the next part of the answer. */
  observe(part: ModelPart, now: bigint): void {
    this.providerTools.observe(part)
    if (isContent(part)) {
      this.firstContentAt ??= now
    }
    switch (part.type) {
      case "text":
        this.hasRefused ||= part.isRefusal
        if (part.edge === "start") {
          this.openTexts.add(part.id)
        } else if (part.edge === "end") {
          this.openTexts.delete(part.id)
        }
        this.bytesOut += utf8Bytes(part.text)
        return
      case "reasoning":
        this.bytesOut += utf8Bytes(part.text)
        return
      case "tool-params":
        this.openParams.set(part.id, (this.openParams.get(part.id) ?? "") + part.text)
        this.bytesOut += utf8Bytes(part.text)
        return
      case "tool-call":
        // Parameters that arrived in pieces are counted already.
        this.bytesOut += this.openParams.delete(part.call.id) ? 0 : jsonBytes(part.call.params)
        return
      case "file":
        this.bytesOut += fileBytes
        return
      case "model":
        this.responseModel = part.model
        return
      case "finish":
        this.finishReason = this.hasRefused ? "refusal" : part.reason
        this.usage = laterUsage(this.usage, part.usage)
        this.metadata = { ...this.metadata, ...part.metadata }
        this.responseModel = reportedModel(part.metadata) ?? this.responseModel
        this.claim()
    }
  }

  /** Takes in that the call failed. A rejected answer still counts: its usage and finish reason are read from the error. */
  reject(error: unknown, now: bigint): void {
    if (AiError.isAiError(error) && error._tag === "MalformedOutput") {
      this.isRejected = true
      for (const part of rejectedFinish(error)) {
        this.observe(modelPart(part), now)
      }
      const whole = rejectedCalls(error)
      const isCut = [...this.openParams].some(([id, text]) => !whole.has(id) && isCutJson(text))
      if (this.finishReason === undefined && isCut) {
        this.finishReason = "length"
      }
    }
  }

  /** Takes in that the answer ended with an error part, although the stream itself does not fail. */
  breakOff(): void {
    this.finishReason ??= "error"
  }

  /**
   * Takes in an attribute that a provider's layer sets on the span of `@effect/ai`. It is the only source of the provider and the request's model
   * before the answer, and of the tokens if the answer does not get through.
   */
  listen(key: string, value: unknown): void {
    this.recorder?.announced(key, value)
    if (typeof value === "string") {
      if (key === "gen_ai.request.model") {
        this.requestModel = value
      } else if (key === "gen_ai.system") {
        this.requestProvider = value
      }
    } else if (typeof value === "number") {
      if (key === "gen_ai.usage.input_tokens") {
        this.announced = { ...this.announced, inputTokens: value }
      } else if (key === "gen_ai.usage.output_tokens") {
        this.announced = { ...this.announced, outputTokens: value }
      }
      this.claim()
    }
  }

  private get model(): string | undefined {
    return this.identity.model ?? this.requestModel ?? this.responseModel
  }

  private get provider(): string {
    const { identity: { provider: named }, metadata, model, requestProvider: system } = this
    return providerName({ named, metadata, system, model })
  }

  /** The usage that the answer reports, else what was announced before it. */
  private get used(): KnownUsage {
    return hasTokens(this.usage) ? this.usage : announcedUsage(this.provider, this.announced)
  }

  /** Once there is something to count, tells the calls around this one not to count it. They see the answer only after that. */
  private claim(): void {
    if (hasTokens(this.used) || reportedCost(this.metadata) !== undefined) {
      for (let call = this.above; call !== undefined; call = call.above) {
        call.isCountedInside = true
      }
    }
  }

  /** Sets the measurements on the current span, emits the metrics, and adds to the totals of the run. */
  settle(): Effect.Effect<void> {
    const { model: knownModel, provider } = this
    const model = knownModel ?? "unknown"
    const ttftMs = this.streaming && this.firstContentAt !== undefined
      ? elapsedMs(this.startedAt, this.firstContentAt)
      : undefined
    return Effect.gen(this, function*() {
      yield* this.recorder?.write ?? Effect.void
      // Inside another call, a model that did not answer may be followed by one that does.
      if (knownModel !== undefined && (this.above === undefined || this.finishReason !== undefined)) {
        const run = yield* CurrentRun
        run?.note(knownModel)
      }
      yield* Telemetry.annotate({ model, provider, response_model: this.responseModel })
      yield* Loom.modelStream.annotate({
        retries: this.retries,
        ttft_ms: ttftMs,
        finish_reason: this.hasFailed ? "error" : this.finishReason
      })
      if (!this.isCountedInside) {
        yield* this.providerTools.record
        yield* this.count(model, provider, ttftMs)
      }
    })
  }

  private count(model: string, provider: string, ttftMs: number | undefined): Effect.Effect<void> {
    const { metadata, responseModel, used } = this
    const usage = { ...this.usage, webSearches: this.providerTools.searches }
    return Effect.gen(this, function*() {
      const run = yield* CurrentRun
      const call = { model, responseModel, provider, metadata, limited: run?.hasCostLimit === true }
      // Announced usage does not say how much was cached, so it has no known price.
      const cost = yield* costOf({ ...call, usage })
      const likely = this.likelyUsage(used)
      const estimated = likely === undefined ? undefined : likely.tokensIn + likely.tokensOut -
        (used.tokensIn ?? 0) - (used.tokensOut ?? 0)
      if (likely !== undefined || isWhole(used) || cost !== undefined) {
        const likelyCost = likely !== undefined && cost === undefined && run?.hasCostLimit === true
          ? yield* costOf({ ...call, usage: likely })
          : undefined
        run?.add({
          usage: used,
          costUsd: cost?.usd,
          estimatedTokens: estimated ?? 0,
          estimatedUsd: likelyCost?.usd ?? 0
        })
      }
      yield* Loom.modelStream.annotate({
        tokens_in: used.tokensIn,
        tokens_out: used.tokensOut,
        cached_tokens_in: usage.cachedTokensIn,
        cache_creation_tokens_in: used.cacheCreationTokensIn || undefined,
        cache_creation_1h_tokens_in: used.cacheCreation1hTokensIn || undefined,
        reasoning_tokens_out: used.reasoningTokensOut || undefined,
        usage_estimated_tokens: estimated,
        service_tier: usage.serviceTier,
        cost_usd: cost?.usd,
        cost_source: cost?.source
      })
      yield* all([
        measured(ttftMs, (value) => Loom.modelTtftMs(value, { model })),
        measured(used.tokensIn, (value) => Loom.tokensInput(value, { model })),
        measured(usage.cachedTokensIn || undefined, (value) => Loom.tokensCachedInput(value, { model })),
        measured(used.tokensOut, (value) => Loom.tokensOutput(value, { model })),
        measured(cost?.usd, (value) => Loom.costUsd(value, { model }))
      ])
    })
  }

  /** The usage with estimates for unknown counts; `undefined` if nothing is unknown, or if there was no answer to pay for. */
  private likelyUsage(used: KnownUsage): Usage | undefined {
    const isAnswered = this.hasContent || this.isRejected || this.finishReason !== undefined || hasTokens(used)
    if (!isAnswered || isWhole(used)) {
      return undefined
    }
    // Announced counts may be only a part of the total.
    return {
      ...used,
      tokensIn: used.tokensIn ?? Math.max(this.promptTokens(), this.announced.inputTokens ?? 0),
      tokensOut: used.tokensOut ?? Math.max(tokensOf(this.bytesOut), this.announced.outputTokens ?? 0)
    }
  }
}

const measured = (value: number | undefined, measure: (value: number) => Effect.Effect<void>): Effect.Effect<void> =>
  value === undefined ? Effect.void : measure(value)

/** Runs all effects even if one fails: a sink that throws at one measurement must not cost other sinks the next. */
const all = (effects: ReadonlyArray<Effect.Effect<void>>): Effect.Effect<void> =>
  Effect.flatMap(
    Effect.forEach(effects, Effect.exit),
    (exits) => Effect.asVoid(Option.getOrElse(Exit.all(exits), () => Exit.void))
  )

/** The measured call that the fiber is part of. */
export class CurrentCall extends Context.Reference<CurrentCall>()("loom-telemetry/agent/CurrentCall", {
  defaultValue: (): CallMeter | undefined => undefined
}) {}
