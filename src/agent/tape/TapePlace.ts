/**
 * The place in a recorded run that a played run has reached.
 *
 * Spans are matched by what they are (a run by its agent, a turn by its number, a tool by its call) below the enclosing place. There is no global
 * order, because workers run in parallel. Spans that match equally are taken in the order in which they were recorded.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DefaultServices from "effect/DefaultServices"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Attributes } from "../../records/attributes.js"
import type { SpanRole } from "../../records/vocabulary.js"
import { CassetteDivergence } from "./CassetteDivergence.js"
import type { RequestText } from "./RequestText.js"

/** A recorded span of this package. Other spans are replaced by their children. */
export interface TapedSpan {
  readonly role: SpanRole
  readonly traceId: string
  readonly spanId: string
  readonly attributes: Attributes
  /** Elapsed milliseconds, ≥ 0. */
  readonly durationMs: number
  readonly children: ReadonlyArray<TapedSpan>
}

/** Where a run leaves the tape and continues with a model. */
export interface Fork {
  /** The first turn of the outermost run that is not played, ≥ 0; outside of a run, the number of the model call. */
  readonly atTurn: number
}

/** A recorded run that is being played. */
export class Tape {
  /** The first divergence. What comes after it is no longer the same run. */
  divergence: CassetteDivergence | undefined = undefined
  /** Whether the run has left the tape. */
  isLeft = false

  constructor(
    /** The outermost spans. */
    readonly roots: ReadonlyArray<TapedSpan>,
    /** Whether requests must equal the recorded ones. */
    readonly strict: boolean,
    readonly fork: Fork | undefined
  ) {}

  /** Ends the run, now and at each later request. */
  diverge(place: TapePlace, diff: string): Effect.Effect<never> {
    return Effect.suspend(() => {
      const turn = place.within("turn")?.attributes["turn"]
      const agent = place.within("run")?.attributes["agent"]
      this.divergence ??= new CassetteDivergence({
        turn: typeof turn === "number" ? turn : undefined,
        agent: typeof agent === "string" ? agent : undefined,
        span: place.span && { traceId: place.span.traceId, spanId: place.span.spanId },
        diff
      })
      return Effect.die(this.divergence)
    })
  }
}

/** What distinguishes a span from others of its role. */
const keyOf = ({ attributes, role }: Pick<TapedSpan, "attributes" | "role">): string => {
  const { agent, call_id, node, sent_call_id = call_id, step, tool, turn, workflow } = attributes
  const parts = {
    run: [agent],
    turn: [turn],
    model: [],
    tool: [tool, sent_call_id],
    workflow: [workflow],
    step: [step, node]
  }
  return JSON.stringify(parts[role])
}

/** What is about to run: the role of its span, and the attributes that distinguish it. */
export type Next = Pick<TapedSpan, "attributes" | "role">

/** A place. Not shared: each span that is entered has its own. */
export class TapePlace {
  /** The request of a model call; `undefined` for other spans. */
  request: RequestText | undefined = undefined
  private readonly taken = new Set<TapedSpan>()
  private attempts = 0
  private calls = 0

  constructor(
    readonly tape: Tape,
    /** What runs in this place; `undefined` for the whole tape. */
    readonly next: Next | undefined,
    /** The recorded span; `undefined` for the whole tape, and where nothing was recorded. */
    readonly span: TapedSpan | undefined,
    private readonly children: ReadonlyArray<TapedSpan>,
    private readonly above: TapePlace | undefined,
    /** Milliseconds since the epoch. */
    private readonly startedAt: number
  ) {}

  /** The innermost place of this role: this one, or one around it. */
  within(role: SpanRole): Next | undefined {
    return this.next?.role === role ? this.next : this.above?.within(role)
  }

  /** Whether the recorded call, with this many attempts, has one left to play. */
  hasAnother(attempts: number): boolean {
    return this.attempts < attempts
  }

  /** The number of the next attempt, from 0. */
  nextAttempt(): number {
    return this.attempts++
  }

  /** Enters the place of the next span; `undefined` if the run leaves the tape here. */
  enter(next: Next, now: number, prefers?: (span: TapedSpan) => boolean): TapePlace | undefined {
    if (this.leaves(next)) {
      this.tape.isLeft = true
      return undefined
    }
    const span = this.take(next, prefers)
    return new TapePlace(this.tape, next, span, span?.children ?? [], this, now)
  }

  private leaves({ attributes, role }: Next): boolean {
    const { fork } = this.tape
    if (fork === undefined) {
      return false
    }
    const { turn } = attributes
    return role === "turn"
      ? this.next?.role === "run" && this.above?.within("run") === undefined && Number(turn) >= fork.atTurn
      : role === "model" && this.within("run") === undefined && this.calls++ >= fork.atTurn
  }

  private take(next: Next, prefers: (span: TapedSpan) => boolean = () => true): TapedSpan | undefined {
    const key = keyOf(next)
    const left = this.below(this.children).filter((span) => span.role === next.role && keyOf(span) === key)
    const span = left.find(prefers) ?? left[0]
    if (span !== undefined) {
      this.taken.add(span)
    }
    return span
  }

  /** The spans that are left to take, outermost first. */
  private below(spans: ReadonlyArray<TapedSpan>): ReadonlyArray<TapedSpan> {
    const left = spans.filter((span) => !this.taken.has(span))
    return left.length === 0 ? [] : [...left, ...left.flatMap(({ children }) => this.below(children))]
  }

  /** Under a test clock, waits until this many milliseconds of the place have passed. With the system clock, nothing waits. */
  pace(at: number): Effect.Effect<void> {
    return Effect.clockWith((clock) =>
      clock === liveClock
        ? Effect.void
        : Effect.flatMap(
          clock.currentTimeMillis,
          (now) => Effect.sleep(Math.max(0, Math.round(this.startedAt + at - now)))
        )
    )
  }
}

const liveClock = Context.get(DefaultServices.liveServices, Clock.Clock)

/** The place of the fiber; `undefined` if nothing is being played. */
export class CurrentTape extends Context.Reference<CurrentTape>()("loom-telemetry/agent/CurrentTape", {
  defaultValue: (): TapePlace | undefined => undefined
}) {}

/** Enters the place of the next span. Where the run leaves the tape, the current span is linked to the recorded one. */
export const entered = (
  next: () => Next,
  prefers?: (span: TapedSpan) => boolean
): Effect.Effect<TapePlace | undefined> =>
  Effect.flatMap(
    CurrentTape,
    (place) =>
      place === undefined ? Effect.succeed(undefined) : Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const wasLeft = place.tape.isLeft
        const inside = place.enter(next(), now, prefers)
        return inside === undefined && !wasLeft ? Effect.as(linked(place), undefined) : Effect.succeed(inside)
      })
  )

/** Runs an effect in the place of the next span, if something is being played. */
export const inTape =
  (next: () => Next, prefers?: (span: TapedSpan) => boolean) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(CurrentTape, (place) =>
      place === undefined
        ? self
        : Effect.flatMap(entered(next, prefers), (inside) => Effect.provideService(self, CurrentTape, inside)))

const linked = ({ span, tape }: TapePlace): Effect.Effect<void> => {
  const old = span ?? tape.roots[0]
  return old === undefined ? Effect.void : Effect.map(Effect.serviceOption(Tracer.ParentSpan), (current) => {
    if (Option.isSome(current) && current.value._tag === "Span") {
      current.value.addLinks([{
        _tag: "SpanLink",
        span: Tracer.externalSpan({ traceId: old.traceId, spanId: old.spanId }),
        attributes: {}
      }])
    }
  })
}
