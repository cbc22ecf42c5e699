/**
 * Which modules the entry points load: the root loads no OpenTelemetry packages, `loom-telemetry/otel` only what it needs.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileURLToPath } from "node:url"
import { runProgram } from "../examples/runProgram.js"

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const hooks = new URL("./loadedModules.mjs", import.meta.url).href

/** The packages that an entry point of `src/` loads. */
const packagesOf = (entry: string) =>
  Effect.map(
    Effect.promise(() =>
      runProgram(here(`../../src/${entry}`), { NODE_OPTIONS: `--disable-warning=DEP0205 --import ${hooks}` })
    ),
    ({ exitCode, stderr, stdout }) => {
      expect([exitCode, stderr]).toEqual([0, ""])
      const loaded = [...stdout.matchAll(/^loaded \S*\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/gm)].map(([, name]) =>
        name!
      )
      return new Set(loaded)
    }
  )

const ofOpenTelemetry = (packages: ReadonlySet<string>) =>
  [...packages].filter((name) => /opentelemetry/.test(name)).toSorted()

describe("importing", { timeout: 30_000 }, () => {
  it.live("loom-telemetry loads no OpenTelemetry packages", () =>
    Effect.gen(function*() {
      const packages = yield* packagesOf("index.ts")
      expect(packages.has("effect")).toBe(true)
      expect(ofOpenTelemetry(packages)).toEqual([])
    }))

  it.live("loom-telemetry/agent and loom-telemetry/testing load no OpenTelemetry packages", () =>
    Effect.gen(function*() {
      for (const entry of ["agent/index.ts", "testing/index.ts"]) {
        expect(ofOpenTelemetry(yield* packagesOf(entry))).toEqual([])
      }
    }))

  it.live("loom-telemetry/otel works alone, and loads exporters on demand", () =>
    Effect.gen(function*() {
      const packages = yield* packagesOf("otel/index.ts")
      expect(ofOpenTelemetry(packages)).toContain("@opentelemetry/sdk-trace-base")
      expect(ofOpenTelemetry(packages).filter((name) => /otlp|exporter/.test(name))).toEqual([])
      expect([...packages].filter((name) => name.startsWith("@effect/ai"))).toEqual([])
    }))
})
