#!/usr/bin/env node
/**
 * Generates the golden files in test/readers/golden by running each producer: `node test/producers/make.mjs [NAME…]`.
 *
 * Each producer's packages are installed in a separate folder outside the repository, so that they are not dependencies of this package. `npm test`
 * does not run this. Times and ids change with every run; the table in test/readers/golden.test.ts describes what the files contain.
 */
import { execFileSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const golden = join(here, "../readers/golden")
const root = process.env.LOOM_PRODUCERS ?? join(tmpdir(), "loom-producers")

const sdk = [
  "@opentelemetry/api",
  "@opentelemetry/sdk-trace-node",
  "@opentelemetry/sdk-trace-base",
  "@opentelemetry/otlp-transformer"
]

/** The producers, each with the packages that it requires. */
const producers = {
  "vercel-7": { npm: ["ai@7", "@ai-sdk/otel@1", "zod@4", ...sdk] },
  "vercel-6": { npm: ["ai@6", "zod@4", ...sdk] },
  openinference: {
    npm: ["@arizeai/openinference-core", "@arizeai/openinference-instrumentation-openai", "openai", ...sdk]
  },
  langfuse: { npm: ["@langfuse/otel", "@langfuse/tracing", "@langfuse/openai", "openai", ...sdk] },
  mastra: {
    npm: [
      "@mastra/core@1",
      "@mastra/observability@1",
      "@mastra/otel-exporter@1",
      "@opentelemetry/exporter-trace-otlp-http",
      "zod@4",
      "ai@6",
      "@opentelemetry/otlp-transformer"
    ]
  },
  "openai-agents": {
    npm: ["@openai/agents", "@arizeai/openinference-instrumentation-openai-agents", "openai", "zod@4", ...sdk]
  },
  logfire: { npm: ["@pydantic/logfire-node", "ai@6", "zod@4", ...sdk] },
  effect: {
    npm: [
      "@effect/opentelemetry@0.64",
      "effect@3",
      "@effect/ai@0.37",
      "@effect/platform@0.97",
      "@effect/rpc@0.76",
      "@effect/experimental@0.61",
      ...sdk
    ]
  },
  // Requires the Collector that `.ci/backends` builds.
  collector: {
    npm: [
      ...sdk,
      "@opentelemetry/resources",
      "@opentelemetry/sdk-metrics",
      "@opentelemetry/sdk-logs",
      "@opentelemetry/exporter-trace-otlp-proto",
      "@opentelemetry/exporter-metrics-otlp-proto",
      "@opentelemetry/exporter-logs-otlp-proto"
    ]
  },
  "loomflow-0.11": { pip: ["loomflow==0.11.0"] },
  "loomflow-0.20": { pip: ["loomflow==0.20.0"] }
}

const run = (command, args, folder) =>
  execFileSync(command, args, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] })

const make = (name) => {
  const { npm, pip } = producers[name]
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  mkdirSync(golden, { recursive: true })
  const out = join(golden, `${name}.jsonl`)
  if (pip !== undefined) {
    if (!existsSync(join(folder, "bin"))) {
      run("python3", ["-m", "venv", folder], root)
      run(join(folder, "bin/pip"), ["install", "--quiet", ...pip], folder)
    }
    return run(join(folder, "bin/python"), [join(here, "run_loomflow.py"), out], folder)
  }
  if (!existsSync(join(folder, "node_modules"))) {
    writeFileSync(join(folder, "package.json"), "{\"private\":true,\"type\":\"module\"}")
    run("npm", ["install", "--no-audit", "--no-fund", ...npm], folder)
  }
  // Copied, so that imports resolve to the packages installed there.
  readdirSync(here).filter((file) => file.endsWith(".mjs")).forEach((file) =>
    copyFileSync(join(here, file), join(folder, file))
  )
  run("node", [`${name}.mjs`, out], folder)
}

const names = process.argv.slice(2)
for (const name of names.length > 0 ? names : Object.keys(producers)) {
  make(name)
  console.log(`made ${name}`)
}
