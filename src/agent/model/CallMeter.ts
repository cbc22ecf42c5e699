/**
 * The measures of one model call: fed with its parts as they come, read when it is over, however that was.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { elapsedMs } from "../../records/instants.js"
import { Loom } from "../../telemetry/Loom.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { CurrentRun } from "../run/RunMeter.js"
import { addedUsage, countedUsage, isSameUsage, type KnownUsage, laterUsage, usageOf, wholeUsage } from "../Usage.js"
import { costOf } from "./cost.js"
import { isContent, type ModelPart } from "./modelParts.js"
import { providerName } from "./providers.js"

/** What is known of a call before it is made. */
export interface CallIdentity {
  readonly model: string | undefined
  readonly provider: string | undefined
}

/** A measured call that this one is made in. */
export interface CallAbove {
  /** Told what was used here, since its answer may be the same one. */
  readonly noteCounted: (usage: KnownUsage) => void
}

/** What is measured about one model call. */
export class CallMeter {
  retries = 0
  /** Whether the call is over and counted. */
  isSettled = false
  /** The call below that has this one's span, while it goes on: what was known before, and whether it has said what it used. */
  borrowed: { readonly before: CallIdentity; readonly hasFinished: boolean } | undefined = undefined
  private usage: KnownUsage | undefined = undefined
  /** What the answer says that this call's caller got, where a deeper one has said something, too. */
  private answered: KnownUsage | undefined = undefined
  private finishReason: string | undefined = undefined
  private metadata: { readonly [provider: string]: unknown } = {}
  private requestModel: string | undefined = undefined
  private requestProvider: string | undefined = undefined
  private responseModel: string | undefined = undefined
  private firstContentAt: bigint | undefined = undefined
  /** The depth of the call that said the usage: the deeper one is nearer to the model. */
  private usageDepth = -1
  /** What the provider's layer says before the answer is worked on; an answer that comes through says more. */
  private announced: { readonly input?: number; readonly output?: number } = {}
  /** What calls below have counted that are spans of their own, with the depth that they were made from: their answer is seen there and above. */
  readonly below: Array<{ readonly usage: KnownUsage; readonly depth: number }> = []

  constructor(
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint,
    public identity: CallIdentity,
    private readonly streaming: boolean,
    /** The call that this one is made in, where that is measured too. */
    private readonly above: CallAbove | undefined
  ) {}

  /** The model, where anybody says it. */
  private get knownModel(): string | undefined {
    return this.identity.model ?? this.requestModel ?? this.responseModel
  }

  /** Whether the model has said something; from then on the call cannot be tried again. */
  get hasContent(): boolean {
    return this.firstContentAt !== undefined
  }

  /** Whether the last part stands for no answer: OpenAI's `response.failed` comes like a finished one, but nothing was said or counted. */
  get hasFailed(): boolean {
    return "openai" in this.metadata && this.usage === undefined && !this.hasContent
  }

  /** Takes note of a part, as the caller gets it. */
  observe(part: ModelPart, now: bigint): void {
    if (isContent(part)) {
      this.firstContentAt ??= now
    } else if (part.type === "finish") {
      this.finishReason = part.reason
    }
    this.report(part, 0)
  }

  /** Takes note of what a part says of the model and its tokens; the deepest of those who see it is right. */
  report(part: ModelPart, depth: number): void {
    if (part.type === "model") {
      this.responseModel = part.model
    } else if (part.type === "finish" && depth >= this.usageDepth) {
      // A finish part that says nothing takes nothing back.
      this.usage = laterUsage(this.usage, part.usage)
      this.usageDepth = part.usage === undefined ? this.usageDepth : depth
      this.metadata = { ...this.metadata, ...part.metadata }
    } else if (part.type === "finish") {
      this.answered = laterUsage(this.answered, part.usage)
    }
  }

  /** Whether a call of this depth, or a deeper one, used anything. */
  hasReported(depth: number): boolean {
    return this.usageDepth >= depth || this.announcedUsage !== undefined
  }

  /**
   * Takes note of an attribute that a provider's layer sets on the span of `@effect/ai`: who it is and the request's model, which nobody else
   * knows before the answer comes, and the tokens, which nobody else knows where the answer does not get through.
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
        this.announced = { ...this.announced, input: value }
      } else if (key === "gen_ai.usage.output_tokens") {
        this.announced = { ...this.announced, output: value }
      }
    }
  }

  // Anthropic leaves cached input out of its count, and does not say here how much that was: then the input is not known.
  private get announcedUsage(): KnownUsage | undefined {
    const { input, output } = this.announced
    return usageOf({ inputTokens: this.requestProvider === "anthropic" ? undefined : input, outputTokens: output }, {})
  }

  /** Milliseconds from the call to the first content; only where the answer came in parts. */
  private get ttftMs(): number | undefined {
    return this.streaming && this.firstContentAt !== undefined
      ? elapsedMs(this.startedAt, this.firstContentAt)
      : undefined
  }

  /** Puts the measures on the current span, emits the metrics, and adds to the totals of the run. */
  settle(): Effect.Effect<void> {
    this.isSettled = true
    if (this.borrowed?.hasFinished === false) {
      // It goes on behind this call, which somebody else has answered.
      this.identity = this.borrowed.before
    }
    const { knownModel, metadata, ttftMs } = this
    const model = knownModel ?? "unknown"
    const provider = providerName(this.identity.provider || this.requestProvider, model)
    const lent = this.ownPart(this.usage ?? this.announcedUsage)
    const other = this.otherAnswer
    const usage = addedUsage(lent, other)
    // What is only announced says nothing of a cache: its price is not known.
    const isWhole = lent === this.usage
    const otherModel = this.responseModel ?? model
    return Effect.gen(this, function*() {
      const costs = [
        lent === undefined && other !== undefined
          ? 0
          : isWhole
          ? yield* costOf({ model, provider, usage: wholeUsage(lent), metadata })
          : undefined,
        other === undefined ? 0 : yield* costOf({ model: otherModel, provider, usage: wholeUsage(other), metadata: {} })
      ]
      const costUsd = costs.reduce((sum, cost) => sum === undefined || cost === undefined ? undefined : sum + cost, 0)
      const run = yield* CurrentRun
      run?.add(countedUsage(usage), costUsd)
      if (knownModel !== undefined) {
        run?.note(knownModel)
      }
      yield* Telemetry.annotate({ model, provider, response_model: this.responseModel })
      yield* this.annotate(usage, costUsd, isWhole)
      yield* everyOne([
        measured(ttftMs, (value) => Loom.modelTtftMs(value, { model })),
        measured(usage?.input?.tokensIn, (value) => Loom.tokensInput(value, { model })),
        measured(usage?.output?.tokensOut, (value) => Loom.tokensOutput(value, { model })),
        measured(costUsd, (value) => Loom.costUsd(value, { model }))
      ])
    })
  }

  /** What this call has to count of what was used: nothing, where a call below has. */
  private ownPart(used: KnownUsage | undefined): KnownUsage | undefined {
    if (used === undefined) {
      return undefined
    }
    this.above?.noteCounted(used)
    return this.below.some(({ depth, usage }) => this.usageDepth <= depth && isSameUsage(usage, used))
      ? undefined
      : used
  }

  /** An answer that the one below had no part in: a wrapper did not take that one, and asked a model that is not measured. */
  private get otherAnswer(): KnownUsage | undefined {
    const { answered, below, usage } = this
    return answered === undefined || usage === undefined || isSameUsage(answered, usage) ||
        below.some((counted) => isSameUsage(counted.usage, answered))
      ? undefined
      : answered
  }

  private annotate(
    usage: KnownUsage | undefined,
    costUsd: number | undefined,
    isWhole: boolean
  ): Effect.Effect<void> {
    return Loom.modelStream.annotate({
      tokens_in: usage?.input?.tokensIn,
      tokens_out: usage?.output?.tokensOut,
      cached_tokens_in: isWhole ? usage?.input?.cachedTokensIn : undefined,
      cache_creation_tokens_in: positive(usage?.input?.cacheCreationTokensIn),
      reasoning_tokens_out: positive(usage?.output?.reasoningTokensOut),
      retries: this.retries,
      cost_usd: costUsd,
      ttft_ms: this.ttftMs,
      finish_reason: this.finishReason
    })
  }
}

const positive = (count: number | undefined): number | undefined => count === 0 ? undefined : count

const measured = (value: number | undefined, measure: (value: number) => Effect.Effect<void>): Effect.Effect<void> =>
  value === undefined ? Effect.void : measure(value)

/** All of them, also where one fails: a sink that throws at one measurement keeps no other sink from the next. */
const everyOne = (effects: ReadonlyArray<Effect.Effect<void>>): Effect.Effect<void> =>
  Effect.flatMap(Effect.forEach(effects, Effect.exit), (exits) => {
    const cause = exits.reduce<Cause.Cause<never>>(
      (causes, exit) => exit._tag === "Failure" ? Cause.sequential(causes, exit.cause) : causes,
      Cause.empty
    )
    return Cause.isEmpty(cause) ? Effect.void : Effect.failCause(cause)
  })
