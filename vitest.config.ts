import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const src = fileURLToPath(new URL("./src/", import.meta.url))

export default defineConfig({
  resolve: {
    // The same names as `paths` in tsconfig.json: tests see the sources, never a build.
    alias: [
      { find: /^loom-telemetry$/, replacement: `${src}index.ts` },
      { find: /^loom-telemetry\/(agent|testing|otel|readers)$/, replacement: `${src}$1/index.ts` }
    ]
  },
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    exclude: ["test/bench/**", "test/backends/**", "test/browser/**", "node_modules/**"],
    testTimeout: 15_000,
    reporters: ["default", "./test/faults/matrixReporter.ts"]
  }
})
