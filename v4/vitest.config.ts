import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = fileURLToPath(new URL("./src/", import.meta.url))

/** What the process as a whole has: other tests in it leave it otherwise. */
const alone = ["test/otel/activeSpan.test.ts"]

/** Made, and not brought over yet. */
const waiting = [
  "test/evals/**/*.thorough.test.ts",
  "test/otel/imports.thorough.test.ts",
  // A foreign tracer that is set for a region.
  "test/promise/foreignTracer.test.ts"
]

export default defineConfig({
  resolve: {
    alias: [
      { find: /^loom-telemetry$/, replacement: `${src}index.ts` },
      { find: /^loom-telemetry\/(agent|evals|testing|otel|promise|readers)$/, replacement: `${src}$1/index.ts` }
    ]
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "effect4",
          // The rest is made too, and not brought over yet.
          include: [
            "test/{agent,contract,effect4,evals,otel,promise}/**/*.test.ts",
            "test/properties/interruption.test.ts",
            "test/dialects/{genai,langfuse,messages,openinference}.test.ts",
            "test/records/{decode,jsonl,limits,spanTree}.test.ts",
            "test/sinks/{InMemoryTelemetry,MultiTelemetry,SampledTelemetry.bounds,SampledTelemetry.head,SampledTelemetry.tail,scores}.test.ts",
            "test/testing/scores.test.ts",
            "test/telemetry/{RunContext,feedback,loomTool,redactionRules}.test.ts"
          ],
          exclude: [...alone, ...waiting],
          // Loading Effect and the sources once per worker instead of once per file is most of the time saved.
          isolate: false
        }
      },
      { extends: true, test: { name: "alone", include: alone } }
    ],
    maxWorkers: "100%",
    pool: "forks",
    setupFiles: ["./test/ownIt.ts"],
    testTimeout: 15_000,
    silent: "passed-only"
  }
})
