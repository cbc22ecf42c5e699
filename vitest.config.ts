import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = fileURLToPath(new URL("./src/", import.meta.url))

/** The same names as `paths` in tsconfig.json: tests see the sources, never a build. */
const alias = [
  { find: /^loom-telemetry$/, replacement: `${src}index.ts` },
  { find: /^loom-telemetry\/(agent|evals|testing|otel|promise|readers)$/, replacement: `${src}$1/index.ts` }
]

/** What takes minutes: real damage, many processes, large files, thousands of runs. `npm run test:all` runs it, `npm test` does not. */
const thorough = [
  "test/faults/**/*.test.ts",
  "test/properties/**/*.test.ts",
  "test/speed/**/*.test.ts",
  "test/**/*.thorough.test.ts"
]

/** Properties that the quick tests run less often. */
const again = ["test/readers/usage.test.ts"]

const elsewhere = ["test/bench/**", "test/backends/**", "test/browser/**", "node_modules/**"]

export default defineConfig({
  resolve: { alias },
  test: {
    // On two cores vitest would start one.
    maxWorkers: "100%",
    minWorkers: 1,
    pool: "forks",
    // Loading Effect and the sources once per worker instead of once per file is most of the time saved.
    poolOptions: { forks: { isolate: false } },
    setupFiles: ["./test/ownIt.ts"],
    testTimeout: 60_000,
    // What a program logs is noise until its test fails.
    silent: "passed-only",
    reporters: [
      "./test/progressReporter.ts",
      "./test/faults/matrixReporter.ts",
      "./test/agent/vendors/scenarios/scenarioReporter.ts",
      "./test/pairs/pairsReporter.ts"
    ],
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: [...thorough, ...elsewhere]
        }
      },
      {
        extends: true,
        test: { name: "thorough", include: [...thorough, ...again], exclude: elsewhere, env: { LOOM_RUNS: "all" } }
      }
    ]
  }
})
