/**
 * Saying that something is wrong with telemetry: through `Effect.logWarning`, never through the sinks, and not over and over.
 *
 * Every warning goes through `warnWith`, which makes it one line without secrets, whoever wrote the words in it. What is quoted at length is shortened
 * before (`shownError`), so that what follows it is not cut off.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import { oneLine } from "../../records/oneLine.js"
import type { Redactor } from "../../records/redact/Redactor.js"
import { clockOf } from "../tracing/fiber.js"
import { rulesIn } from "./foreignText.js"

/** Says that something is wrong. */
export type Warn = (message: string) => void

/** Characters of a warning: two foreign texts of the length that records allow. */
const longestMessage = 16_384

/**
 * Logs warnings with these loggers, from synchronous code and at any time; by default with the redaction in force there.
 *
 * The context is left out on purpose: with it, the warning would become an event of the span that is being recorded.
 */
export const warnWith =
  (fiberRefs: FiberRefs.FiberRefs, rules = rulesIn(FiberRefs.getOrDefault(fiberRefs, FiberRef.currentContext))): Warn =>
  (message) => {
    const runtime = Runtime.make({ context: Context.empty(), runtimeFlags: Runtime.defaultRuntimeFlags, fiberRefs })
    Runtime.runFork(runtime)(Effect.logWarning(oneLine(message, longestMessage, rules)))
  }

/** Logs warnings later, with the loggers of the fiber that is running now; outside a fiber with the default ones. */
export const warnLater = (rules?: Redactor): Warn => {
  const fiber = Fiber.getCurrentFiber()
  return warnWith(fiber._tag === "Some" ? fiber.value.getFiberRefs() : FiberRefs.empty(), rules)
}

/** Logs a warning with the loggers of the fiber that is running; outside a fiber with the default ones. */
export const warn: Warn = (message) => warnLater()(message)

/** The same for one whose redaction is known, wherever it warns from. */
export const warnBy = (rules: Redactor): Warn => (message) => warnLater(rules)(message)

/** Different things that one reporter says; what comes beyond is not logged, as names that a model makes up never end. */
const mostKeys = 256

const minute = Duration.minutes(1)

/** Says each thing once, or once in a while. */
export class Reporter {
  /** When a thing was said last, in nanoseconds of the clock. */
  private readonly said = new Map<unknown, bigint>()
  private readonly saidOf = new WeakSet<object>()
  private isFull = false

  /** `say` is what logs; by default `warn`, which takes the loggers of the running fiber. */
  constructor(private readonly say: Warn = warn) {}

  /** Logs the message unless this key was reported before. Keys are compared by identity. */
  once(key: unknown, message: string, say = this.say): void {
    if (typeof key === "object" && key !== null) {
      if (!this.saidOf.has(key)) {
        this.saidOf.add(key)
        say(message)
      }
    } else if (!this.said.has(key) && this.remembers(key, BigInt(0))) {
      say(message)
    }
  }

  /** Logs the message unless this key was reported less than `interval` ago, by the Clock. Default: one minute. */
  every(key: string, message: string, interval: Duration.DurationInput = minute): void {
    const now = currentClock().unsafeCurrentTimeNanos()
    const last = this.said.get(key)
    // A clock that was set back says nothing of how long ago that was.
    const isRecent = last !== undefined && now >= last && Number(now - last) / 1e6 < Duration.toMillis(interval)
    if (!isRecent && this.remembers(key, now)) {
      this.say(message)
    }
  }

  /** Whether there was room for the key. */
  private remembers(key: unknown, now: bigint): boolean {
    if (this.said.size < mostKeys || this.said.has(key)) {
      this.said.set(key, now)
      return true
    }
    if (!this.isFull) {
      this.isFull = true
      this.say(`Telemetry has logged ${mostKeys} different troubles; further ones are not logged`)
    }
    return false
  }
}

const liveClock = Clock.make()

/** That of the running fiber; the machine's outside of fibers. */
const currentClock = (): Clock.Clock => {
  const fiber = Fiber.getCurrentFiber()
  return fiber._tag === "Some" ? clockOf(fiber.value) : liveClock
}
