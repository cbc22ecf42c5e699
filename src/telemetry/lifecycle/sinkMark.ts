/**
 * Which sinks a program was given. Of layers that are merged only one `Telemetry` is left, so each sink layer puts a mark of its own beside it: marks have
 * keys of their own, and all of them are left.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import type * as Tracer from "effect/Tracer"
import { markPrefix, telemetryKey } from "../contextKeys.js"
import { type Observer, originOf } from "../Observer.js"
import type { Recorder } from "../Recorder.js"

/** What records for a sink layer, and where and when that was built. */
interface Build {
  readonly recorder: Recorder
  readonly tracer: Tracer.Tracer
  /** Layers of one build have the same. */
  readonly memoMap: Layer.MemoMap
  readonly fiberId: FiberId.Runtime
  /** The marks that were there already. */
  readonly around: ReadonlyArray<SinkMark>
}

/** Says that a sink layer was built, and together with what. */
export class SinkMark {
  readonly tag = Context.GenericTag<never, SinkMark>(`${markPrefix}${made++}`)
  readonly recorder: Recorder
  readonly tracer: Tracer.Tracer

  constructor(private readonly build: Build) {
    this.recorder = build.recorder
    this.tracer = build.tracer
  }

  /**
   * The sinks of this layer that get nothing where a program has both and records with the `other` one.
   *
   * Sinks that were there before are overridden on purpose: a program inside a program has sinks of its own, from a build of its own. That build may also
   * take up what an older fiber has built, as for nested layers of tests. What a fiber builds for a layer that it builds itself is no older.
   */
  silencedBy(other: SinkMark): ReadonlyArray<Observer> {
    const { fiberId, memoMap } = this.build
    const isTogether = this !== other && memoMap === other.build.memoMap &&
      (fiberId.id >= other.build.fiberId.id || !other.build.around.includes(this))
    const used = new Set(other.recorder.observers.map(originOf))
    return isTogether ? this.recorder.observers.filter((sink) => !used.has(originOf(sink))) : []
  }
}

let made = 0

const marks = new WeakMap<object, SinkMark>()

/** All marks in a context, in the order in which the layers were given. Nothing else in it is touched: services may be anything. */
export const marksIn = ({ unsafeMap }: Context.Context<never>): ReadonlyArray<SinkMark> =>
  Array.from(unsafeMap).flatMap(([key, value]) =>
    key.startsWith(markPrefix) && value instanceof SinkMark ? [value] : []
  )

/** The mark of the sinks that a context records with; `undefined` where it records with none. */
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

/** What a sink layer provides: its service, and its mark. */
export const outputsOf = <I, S extends object>(tag: Context.Tag<I, S>, service: S): Context.Context<I> => {
  const mark = marks.get(service)
  const outputs = Context.make(tag, service)
  return mark === undefined ? outputs : Context.add(outputs, mark.tag, mark)
}

/** The outputs of a layer whose sinks go on as parts of another one: that has a mark itself. */
export const withoutMark = (outputs: Context.Context<never>): Context.Context<never> => {
  const rest = new Map(outputs.unsafeMap)
  rest.delete(markIn(outputs)?.tag.key ?? "")
  return Context.unsafeMake(rest)
}
