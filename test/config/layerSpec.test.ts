/**
 * Sinks by name: from `LOOM_TELEMETRY`, and from the same text as a value.
 */
import { FileSystem } from "@effect/platform"
import { NodeFileSystem } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Telemetry, TelemetryOpenError } from "loom-telemetry"
import { namesIn, tempFolder } from "../sinks/file/tempFile.js"

const fromConfig = (spec: string | undefined) =>
  Telemetry.layerConfig.pipe(
    Layer.provide(
      Layer.setConfigProvider(
        ConfigProvider.fromMap(new Map(spec === undefined ? [] : [["LOOM_TELEMETRY", spec]]))
      )
    )
  )

const ways = [
  ["LOOM_TELEMETRY", fromConfig],
  ["layerSpec", Telemetry.layerSpec]
] as const

const sinks = Effect.map(Telemetry, (telemetry) => telemetry.sinks)

const legal: ReadonlyArray<readonly [spec: string, sinks: ReadonlyArray<string>]> = [
  ["", []],
  ["  ", []],
  ["none", []],
  ["console", ["console"]],
  ["memory", ["memory"]],
  ["console,memory", ["console", "memory"]],
  ["memory, console", ["memory", "console"]],
  [" memory ", ["memory"]],
  ["none,memory", ["memory"]],
  ["none,none", []],
  ["memory,memory", ["memory"]],
  ["memory,", ["memory"]],
  [",memory, ,console , ", ["memory", "console"]]
]

const illegal = [
  ",",
  " , ",
  "memory,stdout,",
  "stdout",
  "Console",
  "file",
  "file:",
  "file: ",
  "console,file:",
  "console;memory",
  "__proto__",
  "constructor"
]

for (const [name, layerOf] of ways) {
  describe(name, () => {
    for (const [spec, expected] of legal) {
      it.effect(`"${spec}" is ${expected.length === 0 ? "nothing" : expected.join(" and ")}`, () =>
        Effect.gen(function*() {
          expect(yield* Effect.provide(sinks, layerOf(spec))).toEqual(expected)
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }

    it.scoped("file:PATH is a file, alone and with others, and duplicates count once", () =>
      Effect.gen(function*() {
        const path = `${yield* tempFolder}/a/traces.jsonl`
        for (const spec of [`file:${path}`, `memory,file:${path}`, ` file:${path} , file:${path}`]) {
          yield* Effect.provide(Telemetry.withSpan(Effect.void, spec), layerOf(spec))
        }
        expect(yield* namesIn(path)).toHaveLength(3)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("fails like the file sink if its file cannot be opened", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Effect.provide(sinks, layerOf("console,file:/dev/null")))
        expect(error).toBeInstanceOf(TelemetryOpenError)
        expect(error).toMatchObject({ path: "/dev/null", reason: "NotAFile" })
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    for (const spec of illegal) {
      it.effect(`${JSON.stringify(spec)} is a ConfigError that names the legal forms`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(Effect.provide(sinks, layerOf(spec)))
          expect(ConfigError.isConfigError(error)).toBe(true)
          for (const form of ["none", "console", "memory", "file:PATH", "otel", "separated by commas"]) {
            expect(String(error)).toContain(form)
          }
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }

    it.effect("otel is a ConfigError that names where it is accepted", () =>
      Effect.gen(function*() {
        for (const spec of ["otel", "console,otel"]) {
          const error = yield* Effect.flip(Effect.provide(sinks, layerOf(spec)))
          expect(ConfigError.isConfigError(error)).toBe(true)
          expect(String(error)).toContain("use layerConfig or layerSpec from loom-telemetry/otel, or OTelLive")
        }
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("opens nothing if one of several names is invalid", () =>
      Effect.gen(function*() {
        yield* Effect.flip(Effect.provide(sinks, layerOf("file:/must/not/be/made.jsonl,nonsense")))
        const fs = yield* FileSystem.FileSystem
        expect(yield* fs.exists("/must")).toBe(false)
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })
}

describe("LOOM_TELEMETRY", () => {
  it.effect("records nothing if it is not set", () =>
    Effect.gen(function*() {
      expect(yield* Effect.provide(sinks, fromConfig(undefined))).toEqual([])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("is named in its error", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(sinks, fromConfig("stdout")))
      expect(String(error)).toBe(
        "(Invalid data at LOOM_TELEMETRY: \"\"stdout\" names no telemetry sink. Legal forms: none, console, memory, " +
          "file:PATH (such as file:./traces.jsonl), or several of them separated by commas; otel with layerConfig or " +
          "layerSpec from loom-telemetry/otel\")"
      )
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("is read from the environment by default", () =>
    Effect.gen(function*() {
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          process.env["LOOM_TELEMETRY"] = "memory"
        }),
        () =>
          Effect.sync(() => {
            delete process.env["LOOM_TELEMETRY"]
          })
      )
      expect(yield* Effect.provide(sinks, Telemetry.layerConfig)).toEqual(["memory"])
    }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer)))
})
