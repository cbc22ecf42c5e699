/**
 * The programs that are measured: three nested spans with four attributes each around `Effect.sync`.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"

/** The attributes of every measured span. */
export const attributes = { tool: "add", turn: 1, ok: true, user_id: "alice" }

/** The innermost body. */
export const body: Effect.Effect<number> = Effect.sync(() => 1)

/** Wraps an effect in a span. */
export type Wrap = (self: Effect.Effect<number>, name: string) => Effect.Effect<number>

/** Effect's own span, without its stack. */
export const effectSpan: Wrap = (self, name) => Effect.withSpan(self, name, { attributes, captureStackTrace: false })

/** Three nested spans, by default under unknown names. */
export const nested = (wrap: Wrap, names = ["outer", "middle", "inner"]): Effect.Effect<number> =>
  names.reduceRight((self, name) => wrap(self, name), body)

/** Runs the effect `count` times in sequence. */
export const times = <A>(count: number, self: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    let left = count
    const next: Effect.Effect<A> = Effect.flatMap(self, (value) => --left > 0 ? next : Effect.succeed(value))
    return next
  })

/** A runtime with the layer's services, so that building it is not measured. */
export const runtimeOf = async <A>(layer: Layer.Layer<A>): Promise<{
  readonly runtime: Runtime.Runtime<A>
  readonly close: () => Promise<void>
}> => {
  const scope = Effect.runSync(Scope.make())
  const runtime = await Effect.runPromise(Scope.extend(Layer.toRuntime(layer), scope))
  return { runtime, close: () => Effect.runPromise(Scope.close(scope, Exit.void)) }
}

/** How often the nested program runs in one batch. */
export const runs = 400

/** A case that runs the effect in a runtime, synchronously, `runs` times per batch. */
export const inLayer = async <A>(layer: Layer.Layer<A>, self: Effect.Effect<unknown>, spans: number) => {
  const { runtime } = await runtimeOf(layer)
  const program = times(runs, self)
  const run = Runtime.runSync(runtime)
  return { batch: () => run(program), ops: runs * spans }
}
