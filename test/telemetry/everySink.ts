/**
 * Runs a program under every sink at once, and returns their contents as text.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  ConsoleTelemetry,
  FileTelemetry,
  InMemoryTelemetry,
  type InMemoryTelemetryService,
  MultiTelemetry,
  Telemetry
} from "loom-telemetry"
import { OTelTelemetry } from "loom-telemetry/otel"
import type { Redactor } from "../../src/records/redact/Redactor.js"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { inMemoryProviders, type Providers } from "../otel/exported.js"
import { live } from "../otel/live.js"
import { receiver } from "../otel/receiver.js"

/** The contents of each sink, by name. */
export type Held = { readonly [sink: string]: string }

/** Spans of the SDK without their cycles. */
export const exportedText = (providers: Providers): string =>
  JSON.stringify(
    providers.spans().map(({ attributes, events, links, name, status }) => ({
      name,
      attributes,
      events,
      links,
      status
    }))
  )

/** Memory, console, file, a custom sink and OpenTelemetry side by side, and what they received. */
export interface Sinks {
  readonly layer: Layer.Layer<Telemetry | InMemoryTelemetry>
  readonly path: string
  readonly live: Array<string>
  readonly tree: Array<string>
  readonly custom: Array<unknown>
  readonly providers: Providers
}

/** Makes the sinks; their file is deleted with the scope. */
export const makeSinks = (redactor: Redactor): Effect.Effect<Sinks, never, Scope.Scope> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = `${yield* fs.makeTempDirectoryScoped()}/traces.jsonl`
    const told = { live: new Array<string>(), tree: new Array<string>(), custom: new Array<unknown>() }
    const providers = inMemoryProviders()
    const layer = MultiTelemetry.layer([
      InMemoryTelemetry.layer(),
      ConsoleTelemetry.layer({ color: false, stream: { write: (text) => told.live.push(text) } }),
      ConsoleTelemetry.layer({ color: false, order: "tree", stream: { write: (text) => told.tree.push(text) } }),
      FileTelemetry.layer(path),
      Telemetry.layerSink({
        name: "custom",
        onSpanStart: (span) => told.custom.push(span),
        onSpanEnd: (span) => told.custom.push(span),
        onMetric: (metric) => told.custom.push(metric),
        onScore: (score) => told.custom.push(score)
      }),
      OTelTelemetry.fromProviders(providers)
    ]).pipe(Layer.provide([Layer.succeed(Redaction, redactor), NodeFileSystem.layer]), Layer.orDie)
    return { layer, path, providers, ...told }
  }).pipe(Effect.provide(NodeFileSystem.layer), Effect.orDie)

const readFile = (path: string): Effect.Effect<string> =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(path)).pipe(
    Effect.provide(NodeFileSystem.layer),
    Effect.orDie
  )

/** The contents of the sinks that can be read repeatedly. */
export const heldBy = (sinks: Sinks, memory: InMemoryTelemetryService): Effect.Effect<Held> =>
  Effect.gen(function*() {
    const { metrics, open, scores, spans } = memory
    return {
      memory: JSON.stringify(yield* Effect.all({ metrics, open, scores, spans })),
      live: sinks.live.join(""),
      tree: sinks.tree.join(""),
      custom: JSON.stringify(sinks.custom),
      otel: exportedText(sinks.providers)
    }
  })

/** The contents that keep growing: the file, and OpenTelemetry's instruments with a series for each set of labels. */
export const heldInTheEnd = (sinks: Sinks): Effect.Effect<{ readonly instruments: string; readonly file: string }> =>
  Effect.all({
    instruments: Effect.map(sinks.providers.instruments, (all) => JSON.stringify(all)),
    file: readFile(sinks.path)
  })

/** A finished program. */
export interface Observed<A, E> {
  readonly exit: Exit.Exit<A, E>
  readonly held: Held
}

/** Runs a program under all sinks, closes them, and returns their contents. */
export const inEverySink = <A, E>(
  program: Effect.Effect<A, E>,
  redactor: Redactor = Redaction.default
): Effect.Effect<Observed<A, E>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const sinks = yield* makeSinks(redactor)
    const ended = yield* Effect.all({ exit: Effect.exit(program), memory: InMemoryTelemetry }).pipe(
      Effect.provide(sinks.layer)
    )
    return { exit: ended.exit, held: { ...yield* heldBy(sinks, ended.memory), ...yield* heldInTheEnd(sinks) } }
  })

/** What a collector receives: names and texts as in the protobuf. */
export const onTheWire = <A, E>(program: Effect.Effect<A, E>): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const collector = yield* receiver()
    yield* live({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, program)
    return collector.requests.map(({ body }) => body.toString("utf8")).join("\n")
  })
