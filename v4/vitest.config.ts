import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { notRun } from "./port/leftOut.mjs"

const src = fileURLToPath(new URL("./src/", import.meta.url))

/** Tests of state that the whole process shares, which other tests in the same process change. */
const alone = ["test/otel/activeSpan.test.ts"]

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
          include: ["{test,examples}/**/*.test.ts", "coverage/fences/*.test.ts"],
          exclude: [...alone, ...notRun.flatMap(({ tests }) => tests)],
          // Loading Effect and the sources once per worker instead of once per file is most of the time saved.
          isolate: false
        }
      },
      { extends: true, test: { name: "alone", include: alone } }
    ],
    maxWorkers: "100%",
    pool: "forks",
    setupFiles: ["./test/ownIt.ts"],
    env: { LOOM_FAULT_REPETITIONS: "20" },
    testTimeout: 60_000,
    silent: "passed-only"
  }
})
