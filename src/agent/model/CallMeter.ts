/**
 * The measures of one model call: fed with its parts as they come, read when it is over, however that was.
 */
import * as Effect from "effect/Effect"
import { elapsedMs } from "../../records/instants.js"
import { Loom } from "../../telemetry/Loom.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { CurrentRun } from "../run/RunMeter.js"
import type { Usage } from "../Usage.js"
import { costOf } from "./cost.js"
import { isContent, type ModelPart } from "./modelParts.js"
import { providerName } from "./providers.js"

/** What is known of a call before it is made. */
export interface CallIdentity {
  readonly model: string | undefined
  readonly provider: string | undefined
}

/** What is measured about one model call. */
export class CallMeter {
  retries = 0
  usage: Usage | undefined = undefined
  finishReason: string | undefined = undefined
  private metadata: { readonly [provider: string]: unknown } = {}
  /** As the provider's layer says when it makes the request, where the service does not say it before. */
  requestModel: string | undefined = undefined
  requestProvider: string | undefined = undefined
  responseModel: string | undefined = undefined
  private firstContentAt: bigint | undefined = undefined

  constructor(
    /** Nanoseconds since the epoch. */
    private readonly startedAt: bigint,
    private readonly identity: CallIdentity,
    private readonly streaming: boolean
  ) {}

  /** The model that metrics are counted under. */
  get model(): string {
    return this.identity.model ?? this.requestModel ?? this.responseModel ?? "unknown"
  }

  /** Whether the model has said something; from then on the call cannot be tried again. */
  get hasContent(): boolean {
    return this.firstContentAt !== undefined
  }

  /** Whether the last part stands for no answer: OpenAI's `response.failed` comes like a finished one, but nothing was said or counted. */
  get hasFailed(): boolean {
    return "openai" in this.metadata && this.usage === undefined && !this.hasContent
  }

  /** Takes note of a part. */
  observe(part: ModelPart, now: bigint): void {
    if (isContent(part)) {
      this.firstContentAt ??= now
    } else if (part.type === "model") {
      this.responseModel = part.model
    } else if (part.type === "finish") {
      this.finishReason = part.reason
      this.usage = part.usage
      this.metadata = part.metadata
    }
  }

  /** Milliseconds from the call to the first content; only where the answer came in parts. */
  private get ttftMs(): number | undefined {
    return this.streaming && this.firstContentAt !== undefined
      ? elapsedMs(this.startedAt, this.firstContentAt)
      : undefined
  }

  private get provider(): string {
    return providerName(this.identity.provider || this.requestProvider, this.model)
  }

  /** Puts the measures on the current span, emits the metrics, and adds to the totals of the run. */
  settle(): Effect.Effect<void> {
    const { metadata, model, provider, ttftMs, usage } = this
    return Effect.gen(this, function*() {
      const costUsd = yield* costOf({ model, provider, usage, metadata })
      yield* Telemetry.annotate({ model, provider, response_model: this.responseModel })
      yield* Loom.modelStream.annotate({
        tokens_in: usage?.tokensIn,
        tokens_out: usage?.tokensOut,
        cached_tokens_in: usage?.cachedTokensIn,
        cache_creation_tokens_in: positive(usage?.cacheCreationTokensIn),
        reasoning_tokens_out: positive(usage?.reasoningTokensOut),
        retries: this.retries,
        cost_usd: costUsd,
        ttft_ms: ttftMs,
        finish_reason: this.finishReason
      })
      if (ttftMs !== undefined) {
        yield* Loom.modelTtftMs(ttftMs, { model })
      }
      if (usage !== undefined) {
        yield* Loom.tokensInput(usage.tokensIn, { model })
        yield* Loom.tokensOutput(usage.tokensOut, { model })
      }
      if (costUsd !== undefined) {
        yield* Loom.costUsd(costUsd, { model })
      }
      const run = yield* CurrentRun
      run?.add(usage, costUsd)
      run?.note(model)
    })
  }
}

const positive = (count: number | undefined): number | undefined => count === 0 ? undefined : count
