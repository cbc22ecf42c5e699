/**
 * Logs problems with telemetry: with `Effect.logWarning`, never through the sinks, and at a limited rate.
 *
 * Every warning goes through `warnWith`, which redacts it and puts it on one line. Callers shorten long quotations first (`shownError`), so that the
 * text after them is not cut off.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Runtime from "effect/Runtime"
import { oneLine } from "../records/oneLine.js"
import type { Redactor } from "../records/redact/Redactor.js"
import { rulesIn } from "./lifecycle/foreignText.js"
import { clockOf } from "./tracing/fiber.js"

/** Logs a warning. */
export type Warn = (message: string) => void

/** Maximum length of a warning, in characters: two foreign texts of the length that records allow. */
const longestMessage = 16_384

/**
 * Logs warnings with these loggers, from synchronous code and at any time; by default with the redaction in force there.
 *
 * The context is omitted on purpose: with it, the warning would become an event of the span that is being recorded.
 */
export const warnWith =
  (fiberRefs: FiberRefs.FiberRefs, rules = rulesIn(FiberRefs.getOrDefault(fiberRefs, FiberRef.currentContext))): Warn =>
  (message) => {
    const runtime = Runtime.make({ context: Context.empty(), runtimeFlags: Runtime.defaultRuntimeFlags, fiberRefs })
    Runtime.runFork(runtime)(Effect.logWarning(oneLine(message, longestMessage, rules)))
  }

/** Logs warnings later, with the loggers of the fiber that is running now; outside a fiber with the default loggers. */
export const warnLater = (rules?: Redactor): Warn => {
  const fiber = Fiber.getCurrentFiber()
  return warnWith(fiber._tag === "Some" ? fiber.value.getFiberRefs() : FiberRefs.empty(), rules)
}

/** Logs a warning with the loggers of the running fiber; outside a fiber with the default loggers. */
export const warn: Warn = (message) => warnLater()(message)

/** Like `warn`, with a given redaction. */
export const warnBy = (rules: Redactor): Warn => (message) => warnLater(rules)(message)

/** Maximum number of keys per reporter; further ones are not logged, because a model can make up any number of names. */
const mostKeys = 256

const minute = Duration.minutes(1)

/** Logs each problem once, or once per interval. */
export class Reporter {
  /** When a key was last reported, in nanoseconds of the clock. */
  private readonly reported = new Map<unknown, bigint>()
  private readonly reportedObjects = new WeakSet<object>()
  private isFull = false

  constructor(private readonly say: Warn = warn) {}

  /** Logs the message unless this key was reported before. Keys are compared by identity. */
  once(key: unknown, message: string, say = this.say): void {
    if (typeof key === "object" && key !== null) {
      if (!this.reportedObjects.has(key)) {
        this.reportedObjects.add(key)
        say(message)
      }
    } else if (!this.reported.has(key) && this.remembers(key, BigInt(0))) {
      say(message)
    }
  }

  /** Logs the message unless this key was reported less than `interval` ago, by the Clock. Default: one minute. */
  every(key: string, message: string, interval: Duration.DurationInput = minute): void {
    const now = currentClock().unsafeCurrentTimeNanos()
    const last = this.reported.get(key)
    // If the clock was set back, the elapsed time is unknown.
    const isRecent = last !== undefined && now >= last && Number(now - last) / 1e6 < Duration.toMillis(interval)
    if (!isRecent && this.remembers(key, now)) {
      this.say(message)
    }
  }

  /** Whether there was room for the key. */
  private remembers(key: unknown, now: bigint): boolean {
    if (this.reported.size < mostKeys || this.reported.has(key)) {
      this.reported.set(key, now)
      return true
    }
    if (!this.isFull) {
      this.isFull = true
      this.say(`Telemetry has logged ${mostKeys} different problems; further ones are not logged`)
    }
    return false
  }
}

const liveClock = Clock.make()

/** The clock of the running fiber; outside a fiber the machine's. */
const currentClock = (): Clock.Clock => {
  const fiber = Fiber.getCurrentFiber()
  return fiber._tag === "Some" ? clockOf(fiber.value) : liveClock
}
