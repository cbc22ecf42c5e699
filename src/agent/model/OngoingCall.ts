/**
 * The measured call that is under way, so that an answer is counted once through however many measured layers it comes.
 *
 * An instrumented model may stand below a wrapper (a router, a cache, a guard) that is called by an agent or is instrumented again. The call
 * above lends its span to the first call below that asks the same prompt: that one opens no span of its own, and says what it knows of the model
 * and its tokens. Every other call below (a second attempt, a guard's question, a prompt that was rewritten) is a span of its own with its own
 * tokens; where the answer above turns out to be one of these, the call above counts none.
 *
 * The trap: tools that run inside a call ask models for themselves. They have to be run outside of it, see `propagation.ts`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { KnownUsage } from "../Usage.js"
import { type CallIdentity, CallMeter } from "./CallMeter.js"
import type { ModelPart } from "./modelParts.js"

/** A measured call, as the calls below see it. */
export class OngoingCall {
  private isLent = false

  constructor(
    /** As it was given; the same call is one with this very prompt. */
    private readonly prompt: unknown,
    readonly meter: CallMeter,
    /** How often the span was lent on the way here, ≥ 0. */
    private readonly depth = 0
  ) {}

  /** Takes note of what a call below has counted by itself: here it is not counted again. */
  noteCounted(usage: KnownUsage): void {
    if (!this.meter.isSettled) {
      this.meter.below.push({ usage, depth: this.depth })
    }
  }

  /** Lends the span to a call below; `undefined` where that one has to be measured by itself. */
  lend(prompt: unknown, identity: CallIdentity): Loan | undefined {
    if (this.isLent || this.meter.isSettled || prompt !== this.prompt) {
      return undefined
    }
    this.isLent = true
    const { meter } = this
    const before = meter.identity
    const depth = this.depth + 1
    meter.identity = { model: before.model ?? identity.model, provider: before.provider || identity.provider }
    const borrowed = { before, hasFinished: false }
    meter.borrowed = borrowed
    const late: Array<ModelPart> = []
    return {
      call: new OngoingCall(prompt, meter, depth),
      report: (part) => {
        if (meter.isSettled) {
          late.push(part)
        } else {
          borrowed.hasFinished ||= part.type === "finish"
          meter.report(part, depth)
        }
      },
      end: (hasAnswered) => {
        if (meter.isSettled) {
          return settleLate(identity, late)
        }
        meter.borrowed = undefined
        // A model that failed and used nothing leaves no trace: the wrapper may ask another one.
        if (!hasAnswered && !meter.hasReported(depth)) {
          meter.identity = before
          this.isLent = false
        }
        return Effect.void
      }
    }
  }
}

/** The call above did not wait for this one, which has no span then: what it used is measured all the same, and counted in the run. */
const settleLate = (identity: CallIdentity, parts: ReadonlyArray<ModelPart>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const meter = new CallMeter(BigInt(0), identity, false, undefined)
    parts.forEach((part) => meter.report(part, 0))
    return meter.hasReported(0) ? meter.settle() : Effect.void
  })

/** A span that was lent. */
export interface Loan {
  /** For the calls further below. */
  readonly call: OngoingCall
  /** Takes note of a part of the answer. */
  readonly report: (part: ModelPart) => void
  /** To be called when the call that borrowed it is over. */
  readonly end: (hasAnswered: boolean) => Effect.Effect<void>
}

/** The call that the fiber is part of. */
export class CurrentCall extends Context.Reference<CurrentCall>()("loom-telemetry/agent/CurrentCall", {
  defaultValue: (): OngoingCall | undefined => undefined
}) {}
