/**
 * A measured model call: its `loom.model.stream` span and what is measured inside.
 *
 * A measured call may be made inside another one: an agent calls a wrapper (a router, a cache, a guard) around an instrumented model. Each has
 * its span, and the deepest calls count: as soon as a call reports what it used, the calls around it count nothing of their own.
 *
 * The trap: tools that run inside a call ask models for themselves. They must run outside of it, see `propagation.ts`.
 */
import * as Model from "@effect/ai/Model"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import { elapsedMs } from "../../records/instants.js"
import { Loom, type ModelAttributes } from "../../telemetry/Loom.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { coverChildren } from "../../telemetry/tracing/transparentSpan.js"
import { announcedUsage, finishesFailedCall, type Metadata, providerName, reportedCost } from "../providers/table.js"
import { CurrentRun } from "../run/RunMeter.js"
import { type KnownUsage, laterUsage, wholeUsage } from "../Usage.js"
import { costOf } from "./cost.js"
import type { ModelIdentity } from "./ModelIdentity.js"
import { isContent, type ModelPart } from "./modelParts.js"

/** Measures one model call: fed with its parts as they arrive, settled when it is over. */
export class CallMeter {
  retries = 0
  private usage: KnownUsage | undefined = undefined
  private isCountedInside = false
  private finishReason: string | undefined = undefined
  private metadata: Metadata = {}
  private requestModel: string | undefined = undefined
  private requestProvider: string | undefined = undefined
  private responseModel: string | undefined = undefined
  private firstContentAt: bigint | undefined = undefined
  private announced: { readonly inputTokens?: number; readonly outputTokens?: number } = {}

  constructor(
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint,
    private readonly identity: ModelIdentity,
    private readonly streaming: boolean,
    /** The measured call that this one is made in. */
    private readonly above: CallMeter | undefined
  ) {}

  /** Whether the model has said something; from then on the call cannot be retried. */
  get hasContent(): boolean {
    return this.firstContentAt !== undefined
  }

  /** Whether what looks like a finished answer reports a failed call. */
  get hasFailed(): boolean {
    return this.usage === undefined && !this.hasContent && finishesFailedCall(this.metadata)
  }

  /** Takes in the next part of the answer. */
  observe(part: ModelPart, now: bigint): void {
    if (isContent(part)) {
      this.firstContentAt ??= now
    } else if (part.type === "model") {
      this.responseModel = part.model
    } else if (part.type === "finish") {
      this.finishReason = part.reason
      this.usage = laterUsage(this.usage, part.usage)
      this.metadata = { ...this.metadata, ...part.metadata }
      this.claim()
    }
  }

  /**
   * Takes in an attribute that a provider's layer sets on the span of `@effect/ai`: the provider and the request's model, which are known nowhere
   * else before the answer, and the tokens, which are known nowhere else if the answer does not get through.
   */
  listen(key: string, value: unknown): void {
    if (typeof value === "string") {
      if (key === "gen_ai.request.model") {
        this.requestModel = value
      } else if (key === "gen_ai.system") {
        this.requestProvider = value
      }
    } else if (typeof value === "number" && !this.streaming) {
      if (key === "gen_ai.usage.input_tokens") {
        this.announced = { ...this.announced, inputTokens: value }
      } else if (key === "gen_ai.usage.output_tokens") {
        this.announced = { ...this.announced, outputTokens: value }
      }
      this.claim()
    }
  }

  /** What the answer reports, else what was announced before it. */
  private get used(): KnownUsage | undefined {
    return this.usage ?? announcedUsage(this.requestProvider, this.announced)
  }

  /** Once there is something to count, tells the calls around this one that it is counted here, before they see the answer. */
  private claim(): void {
    if (this.used !== undefined || reportedCost(this.metadata) !== undefined) {
      for (let call = this.above; call !== undefined; call = call.above) {
        call.isCountedInside = true
      }
    }
  }

  /** Sets the measures on the current span, emits the metrics, and adds to the totals of the run. */
  settle(): Effect.Effect<void> {
    const knownModel = this.identity.model ?? this.requestModel ?? this.responseModel
    const model = knownModel ?? "unknown"
    const provider = providerName(this.identity.provider || this.requestProvider, model)
    const ttftMs = this.streaming && this.firstContentAt !== undefined
      ? elapsedMs(this.startedAt, this.firstContentAt)
      : undefined
    return Effect.gen(this, function*() {
      // Inside another call, a model that did not answer may be followed by the one that does.
      if (knownModel !== undefined && (this.above === undefined || this.finishReason !== undefined)) {
        const run = yield* CurrentRun
        run?.note(knownModel)
      }
      yield* Telemetry.annotate({ model, provider, response_model: this.responseModel })
      yield* Loom.modelStream.annotate({ retries: this.retries, ttft_ms: ttftMs, finish_reason: this.finishReason })
      if (!this.isCountedInside) {
        yield* this.count(model, provider, ttftMs)
      }
    })
  }

  private count(model: string, provider: string, ttftMs: number | undefined): Effect.Effect<void> {
    const { metadata, usage, used } = this
    return Effect.gen(function*() {
      // What is only announced does not say what was cached: its price is unknown.
      const costUsd = used === usage ? yield* costOf({ model, provider, usage: wholeUsage(used), metadata }) : undefined
      const run = yield* CurrentRun
      run?.add(used, costUsd)
      yield* Loom.modelStream.annotate({
        tokens_in: used?.input?.tokensIn,
        tokens_out: used?.output?.tokensOut,
        cached_tokens_in: usage?.input?.cachedTokensIn,
        cache_creation_tokens_in: used?.input?.cacheCreationTokensIn || undefined,
        reasoning_tokens_out: used?.output?.reasoningTokensOut || undefined,
        cost_usd: costUsd
      })
      yield* all([
        measured(ttftMs, (value) => Loom.modelTtftMs(value, { model })),
        measured(used?.input?.tokensIn, (value) => Loom.tokensInput(value, { model })),
        measured(used?.output?.tokensOut, (value) => Loom.tokensOutput(value, { model })),
        measured(costUsd, (value) => Loom.costUsd(value, { model }))
      ])
    })
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

/** Completes what is known about a call with the provider in use. */
export const identityOfCall = ({ model, provider }: ModelIdentity): Effect.Effect<ModelIdentity> =>
  Effect.map(
    Effect.serviceOption(Model.ProviderName),
    (current) => ({ model, provider: provider || Option.getOrUndefined(current) })
  )

/** The attributes of `loom.model.stream` when it opens. */
export const openingAttributes = ({ model, provider }: ModelIdentity, streaming: boolean): ModelAttributes => ({
  model: model ?? "unknown",
  provider: providerName(provider, model),
  streaming
})

/** The spans that `@effect/ai` opens for the same call; their errors quote what the model said. */
const ownSpans = new Set(["LanguageModel.generateText", "LanguageModel.generateObject", "LanguageModel.streamText"])

/** A meter for the call that the current span is about. */
export const startMeter = (identity: ModelIdentity, streaming: boolean): Effect.Effect<CallMeter> =>
  Effect.gen(function*() {
    const meter = new CallMeter(yield* Clock.currentTimeNanos, identity, streaming, yield* CurrentCall)
    yield* coverChildren({ names: ownSpans, keys: new Set(), listen: (key, value) => meter.listen(key, value) })
    return meter
  })

/** Makes a call in its span, with a meter that `call` feeds and that is settled however the call ends. */
export const measureCall = <A, E, R>(
  known: ModelIdentity,
  streaming: boolean,
  call: (meter: CallMeter) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(identityOfCall(known), (identity) =>
    startMeter(identity, streaming).pipe(
      Effect.flatMap((meter) =>
        call(meter).pipe(
          Effect.provideService(CurrentCall, meter),
          Effect.onExit(() => meter.settle())
        )
      ),
      Loom.modelStream(openingAttributes(identity, streaming))
    ))
