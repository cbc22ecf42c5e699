/**
 * Records which sinks a program was given. Merged layers keep only one `Telemetry`, so each sink layer adds a mark under its own key; all marks are
 * kept.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import type * as Tracer from "effect/Tracer"
import { markPrefix, telemetryKey } from "../contextKeys.js"
import { shared } from "../copies.js"
import { type Observer, originOf } from "../Observer.js"
import type { Recorder } from "../Recorder.js"

/** The recorder of a sink layer, and where and when it was built. */
interface Build {
  readonly recorder: Recorder
  readonly tracer: Tracer.Tracer
  /** The same for all layers of one build. */
  readonly memoMap: Layer.MemoMap
  readonly fiberId: FiberId.Runtime
  /** The marks in the context at that time. */
  readonly around: ReadonlyArray<SinkMark>
}

const made = shared("marksMade", () => ({ count: 0 }))

/** Identifies marks, whichever copy of this package made them. */
const SinkMarkTypeId: unique symbol = Symbol.for("loom-telemetry/1/SinkMark")

/** Marks that a sink layer was built, and which other layers were built with it. */
export class SinkMark {
  readonly [SinkMarkTypeId]: typeof SinkMarkTypeId = SinkMarkTypeId
  readonly tag = Context.GenericTag<never, SinkMark>(`${markPrefix}${made.count++}`)
  readonly recorder: Recorder
  readonly tracer: Tracer.Tracer

  constructor(private readonly build: Build) {
    this.recorder = build.recorder
    this.tracer = build.tracer
  }

  /**
   * The sinks of this layer that receive nothing if a program has both layers and records with the `other` one.
   *
   * Sinks that existed before are overridden on purpose: a nested program has its own sinks, from its own build. That build may reuse what an older
   * fiber built, as in nested layers of tests. What a fiber builds for a layer that it builds itself is not older.
   */
  silencedBy(other: SinkMark): ReadonlyArray<Observer> {
    const { fiberId, memoMap } = this.build
    const isTogether = this !== other && memoMap === other.build.memoMap &&
      (fiberId.id >= other.build.fiberId.id || !other.build.around.includes(this))
    const used = new Set(other.recorder.observers.map(originOf))
    return isTogether ? this.recorder.observers.filter((sink) => !used.has(originOf(sink))) : []
  }
}

const marks = shared("marks", () => new WeakMap<object, SinkMark>())

const isMark = (value: unknown): value is SinkMark =>
  typeof value === "object" && value !== null && SinkMarkTypeId in value

/** All marks in a context, in the order of the layers. Other services are not touched, because they may be anything. */
export const marksIn = ({ unsafeMap }: Context.Context<never>): ReadonlyArray<SinkMark> =>
  Array.from(unsafeMap).flatMap(([key, value]) => key.startsWith(markPrefix) && isMark(value) ? [value] : [])

/** The mark of the sinks that a context records with; `undefined` if nothing records. */
export const markIn = ({ unsafeMap }: Context.Context<never>): SinkMark | undefined =>
  marks.get(unsafeMap.get(telemetryKey))

/** Marks a service that the running fiber builds. */
export const marked = <S extends object>(service: S, recorder: Recorder, tracer: Tracer.Tracer): Effect.Effect<S> =>
  Effect.withFiberRuntime((fiber) =>
    Effect.map(Layer.CurrentMemoMap, (memoMap) => {
      const around = marksIn(fiber.currentContext)
      marks.set(service, new SinkMark({ recorder, tracer, memoMap, fiberId: fiber.id(), around }))
      return service
    })
  )

/** The outputs of a sink layer: its service and its mark. */
export const outputsOf = <I, S extends object>(tag: Context.Tag<I, S>, service: S): Context.Context<I> => {
  const mark = marks.get(service)
  const outputs = Context.make(tag, service)
  return mark === undefined ? outputs : Context.add(outputs, mark.tag, mark)
}

/** The outputs of a layer whose sinks become parts of another layer, which has its own mark. */
export const withoutMark = (outputs: Context.Context<never>): Context.Context<never> => {
  const rest = new Map(outputs.unsafeMap)
  rest.delete(markIn(outputs)?.tag.key ?? "")
  return Context.unsafeMake(rest)
}
