/**
 * Tests the package as users of this line get it: packs it and, in empty folders with Effect 4, imports every entry point and runs the programs of
 * README and the quick start. With Effect 3, npm must refuse it, and imports must name the required version; the main line's own check tests the
 * reverse.
 */
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { check, finish } from "../../test/pack/outcome.mjs"
import { emptyProject, importing, install, npm, refusal, running } from "../../test/pack/project.mjs"
import { checkPublished } from "../../test/pack/published.mjs"
import { startReceiver } from "../../test/pack/receiver.mjs"
import { checkPublishing } from "./checkPublishing.mjs"
import { here } from "./sources.mjs"

const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"))
const modules = Object.keys(manifest.exports).filter((subpath) => !subpath.endsWith(".json"))
const optional = Object.keys(manifest.peerDependenciesMeta).map((peer) => `${peer}@${manifest.peerDependencies[peer]}`)
  .filter((spec) => !spec.startsWith("@duckdb"))

const agent = `
import { Effect, Schema } from "effect"
import { Tool, Toolkit } from "effect/ai"
import { Agent, ScriptedModel } from "loom-telemetry/agent"
const tools = Toolkit.make(Tool.make("add", { parameters: Schema.Struct({ a: Schema.Finite, b: Schema.Finite }), success: Schema.Finite }))
const adder = Agent.make({ name: "adder", instructions: "Add.", toolkit: tools })
const asked = adder.run("What is 1 + 2?", { userId: "alice" }).pipe(
  Effect.provide(tools.toLayer({ add: ({ a, b }) => Effect.succeed(a + b) })),
  Effect.provide(ScriptedModel.layer([
    { toolCalls: [{ id: "c1", name: "add", params: { a: 1, b: 2 } }], usage: { inputTokens: 30, outputTokens: 8 } },
    { text: "It is 3.", usage: { inputTokens: 12, outputTokens: 4 } }
  ]))
)
`

/** TypeScript that Node runs directly. */
const readme = /```ts\n([^]*?)```/.exec(readFileSync(join(here, "README.md"), "utf8"))[1]

const programs = {
  "an agent on the console": `${agent}
import { ConsoleTelemetryLive } from "loom-telemetry"
const { output, tokensIn } = await Effect.runPromise(asked.pipe(Effect.provide(ConsoleTelemetryLive)))
if (output !== "It is 3." || tokensIn !== 42) throw new Error(output)`,
  "a test of an agent": `${agent}
import { expectTrace, TestTelemetry } from "loom-telemetry/testing"
await Effect.runPromise(Effect.gen(function*() {
  yield* asked
  const spans = yield* Effect.flatMap(TestTelemetry, (memory) => memory.spans)
  const names = spans.map(({ name }) => name).toSorted().join(" ")
  if (names !== "loom.model.stream loom.model.stream loom.run loom.tool loom.turn loom.turn") throw new Error(names)
}).pipe(Effect.provide(TestTelemetry.layer)))`
}

const production = (url) =>
  `${agent}
import { OTelLive } from "loom-telemetry/otel"
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = ${JSON.stringify(url)}
await Effect.runPromise(asked.pipe(Effect.provide(OTelLive)))`

/** Does not block the event loop, so that a receiver in this process can respond. */
const runFile = (project, file) =>
  new Promise((done) => spawn(process.execPath, [file], { cwd: project, stdio: "inherit" }).on("close", done))

const checkBesideFour = async (project, tarball) => {
  install(project, tarball, "effect@4")
  writeFileSync(join(project, "first.ts"), readme)
  const first = await runFile(project, "first.ts")
  check("the program of README runs with effect 4", first === 0 ? undefined : `it ended with ${first}`)
  for (const [what, code] of Object.entries(programs)) {
    check(`${what} runs with effect 4`, running(project, code))
  }
  const help = execFileSync(join(project, "node_modules/.bin/loom-telemetry"), ["--help"], { encoding: "utf8" })
  check("the command line runs with effect 4", help.includes("loom-telemetry") ? undefined : help)
  install(project, tarball, "effect@4", ...optional)
  for (const subpath of modules) {
    check(`import loom-telemetry${subpath.slice(1)} with its optional peers`, importing(project, subpath))
  }
  const receiver = await startReceiver()
  writeFileSync(join(project, "production.mjs"), production(receiver.url))
  const code = await runFile(project, "production.mjs")
  const sent = receiver.texts.get("/v1/traces") ?? ""
  const isThere = code === 0 && /loom\.run/.test(sent) && /alice/.test(sent)
  check("production has its spans in the receiver", isThere ? undefined : `it ended with ${code} and sent ${sent}`)
  receiver.close()
}

const checkBesideThree = (project, tarball) => {
  const said = refusal(project, tarball, "effect@3")
  check(
    "npm refuses to install with effect@3, and names the required range",
    said !== undefined && /ERESOLVE/.test(said) && /effect@"\^4/.test(said) ? undefined : said ?? "it installs"
  )
  install(project, tarball, "effect@3", "--legacy-peer-deps")
  for (const subpath of modules) {
    const problem = importing(project, subpath) ?? "it can be imported"
    const isClear = problem.includes("requiresEffect4.js")
    check(
      `import loom-telemetry${subpath.slice(1)} with effect@3 says which version it needs`,
      isClear ? undefined : problem
    )
  }
}

const temporary = mkdtempSync(join(tmpdir(), "loom-pack-4-"))
try {
  npm(here, "pack", "--ignore-scripts=false", "--pack-destination", temporary)
  const tarball = join(temporary, readdirSync(temporary).find((file) => file.endsWith(".tgz")))
  await checkPublished(tarball)
  await checkBesideFour(emptyProject(join(temporary, "four")), tarball)
  checkBesideThree(emptyProject(join(temporary, "three")), tarball)
  await checkPublishing()
} catch (error) {
  check("the pack check itself", String(error))
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
finish()
