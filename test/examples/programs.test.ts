/**
 * The examples of whole programs, run as a user would run them, print what they promise.
 */
import { describe, expect, it } from "@effect/vitest"
import { build } from "esbuild"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { bundled } from "../cli/bundle.js"
import { folder, isTree, patience, printed } from "./printed.js"
import { runProgram, runScript } from "./runProgram.js"

describe("an example without Effect", patience, () => {
  const withoutTimes = async (file: string) => (await printed(file)).map((line) => line.replace(/ \(\d+\.\dms\)/, ""))

  it("21-openai: the model call inside the question, with tokens, user and session", async () => {
    expect(await withoutTimes("21-openai.ts")).toEqual([
      "• answer user_id=alice, session_id=chat-7",
      "  • chat model=gpt-5-mini, user_id=alice, session_id=chat-7, tokens_in=14, tokens_out=5",
      "tokens.input 14 (counter) model=gpt-5-mini, user_id=alice",
      "tokens.output 5 (counter) model=gpt-5-mini, user_id=alice",
      "The sum is 5."
    ])
  })

  it("22-vercel-ai: the SDK's spans and ours in one tree, without the prompt", async () => {
    const lines = await withoutTimes("22-vercel-ai.ts")
    expect(lines.map((line) => line.replace(/( *• \S+) .*/, "$1"))).toEqual([
      "• answer",
      "  • ai.generateText",
      "    • ai.generateText.doGenerate",
      "    • ai.toolCall",
      "      • addition",
      "    • ai.generateText.doGenerate",
      "The sum is 5."
    ])
    expect(lines[2]).toContain("gen_ai.usage.input_tokens=14")
    expect(lines.join("\n")).not.toContain("What is 2 + 3")
  })

  it("23-express: the request below its caller, with the status", async () => {
    expect(await withoutTimes("23-express.ts")).toEqual([
      "• client",
      "  • GET /users/7 status=200",
      "    • load user id=7",
      "{ name: 'Alice' }"
    ])
  })

  it("24-hono: the same, for the user that the request names", async () => {
    expect(await withoutTimes("24-hono.ts")).toEqual([
      "• client",
      "  • GET /search user_id=alice, status=200",
      "    • search index query=effect, user_id=alice",
      "searches 1 (counter) user_id=alice",
      "[ 'a', 'b' ]"
    ])
  })

  it("25-worker: one trace across two threads, in one file", async () => {
    expect(await printed("25-worker.ts")).toEqual([
      "17 characters",
      "count is below work",
      "work is below job",
      "job is below nothing",
      "1 trace"
    ])
  })
})

describe("an experiment", patience, () => {
  it("26-experiment: finds the second version better by the rule, and no different by the model", async () => {
    expect(await printed("26-experiment.ts")).toEqual([
      "capitals one: correct 0.17, brief 1.00, $0.000144",
      "capitals two: correct 1.00, brief 1.00, $0.000144",
      "correct is better, brief is unclear"
    ])
  })
})

describe("a cassette", patience, () => {
  it("27-cassette: plays a recorded run, reports a changed instruction, and continues from a turn", async () => {
    expect(await printed("27-cassette.ts")).toEqual([
      "played: Look behind you: the owl does.",
      "CassetteDivergence: The run differs from the recorded one in turn 0, agent \"editor\", span …:",
      "message 1:",
      "- {\"role\":\"system\",\"content\":\"Delegate, then sum up.\"}",
      "+ {\"role\":\"system\",\"content\":\"Delegate, then stop.\"}",
      "forked: Owls see what is behind them."
    ])
  })
})

describe("a server", patience, () => {
  it("28-server: records a trace for each request and its user; SIGTERM ends it with everything written", async () => {
    const { exitCode, stderr, stdout } = await runProgram(`${folder}28-server.ts`, { LOOM_TELEMETRY: "console" })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "200 Hello.\n200 Hello.\nstopped\n" })
    const ended = stderr.split("\n").filter((line) => line.includes("• "))
    const withUser = (line: string) => line.replace(/^( *• \S+(?: \/\S+)?) .*?(user_id=\w+|status=\d+).*$/, "$1 $2")
    const trace = (user: string) => [
      `      • loom.model.stream user_id=${user}`,
      `    • loom.turn user_id=${user}`,
      `  • loom.run user_id=${user}`,
      "• GET /greet status=200"
    ]
    expect(ended.map(withUser)).toEqual([...trace("alice"), ...trace("bob")])
  })

  it("28-server: records nothing without LOOM_TELEMETRY", async () => {
    expect(await printed("28-server.ts")).toEqual(["200 Hello.", "200 Hello.", "stopped"])
  })

  it("29-edge: bundled for an edge runtime it imports nothing, and runs without `process`", async () => {
    const outfile = fileURLToPath(new URL("../../coverage/edge/29-edge.mjs", import.meta.url))
    const { metafile } = await build({
      entryPoints: [`${folder}29-edge.ts`],
      outfile,
      bundle: true,
      metafile: true,
      format: "esm",
      platform: "neutral",
      conditions: ["edge-light", "worker", "browser"],
      external: ["node:*", "@pydantic/genai-prices"],
      logLevel: "silent"
    })
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
    expect(imports).toEqual(["@pydantic/genai-prices"])
    // Node's own `Request` needs `Buffer`, and `process` while it is loaded.
    const withoutNode = ["--import", "data:text/javascript,new Request('http://localhost');delete globalThis.process"]
    const { exitCode, stderr, stdout } = await runScript(outfile, {}, [], withoutNode)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    const lines = stdout.trimEnd().split("\n")
    expect(lines.slice(0, 4).map((line) => line.replace(/ \(.*/, ""))).toEqual([
      "• POST /api/greet",
      "  • loom.run",
      "    • loom.turn",
      "      • loom.model.stream"
    ])
    expect(lines.at(-1)).toBe("200 Hello.")
  })
})

/** A folder with an `npx` that runs the command line of these sources. */
const withNpx = async (): Promise<{ readonly root: string; readonly env: NodeJS.ProcessEnv }> => {
  const root = mkdtempSync(`${tmpdir()}/loom-week-test-`)
  mkdirSync(`${root}/bin`)
  const script = `#!/bin/sh\nshift\nexec "${process.execPath}" "${await bundled()}" "$@"\n`
  writeFileSync(`${root}/bin/npx`, script, { mode: 0o755 })
  return { root, env: { PATH: `${root}/bin:${process.env["PATH"]}` } }
}

describe("a week", patience, () => {
  it("31-week: feedback, a dataset of the bad traces, a fork, and a gate that only version 2 passes", async () => {
    const { env, root } = await withNpx()
    try {
      const { exitCode, stderr, stdout } = await runProgram(`${folder}31-week.ts`, env, [root])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
      const days = stdout.split(/\n── /).slice(1).map((text) => text.trimEnd().split("\n").slice(1))
      const [monday, tuesday, wednesday, thursday, friday] = days
      expect(monday).toEqual(["8 questions"])
      expect(tuesday).toHaveLength(6)
      expect(wednesday![1]).toBe("added 6 cases to cases.jsonl")
      expect(thursday).toEqual(["See https://lamps.example/manual/4."])
      expect(friday![0]).toBe("links is better")
      expect(friday!.join("\n")).toMatch(/6 → – +0 → – +\$0\.00091 → – +0 → –\n.* – → 6 +– → 0 +– → \$0\.0018 +– → 1\n/)
      expect(friday!.filter((line) => line.startsWith("exit code"))).toEqual(["exit code 1", "exit code 0"])
      expect(friday).toContain("loom-telemetry: mean(score links) < 0.8 (actual: 0)")
      expect(friday!.at(-1)).toBe("wrote week.html")
      const page = readFileSync(`${root}/week.html`, "utf8")
      expect([page.includes("feedback.thumbs"), page.includes("links")]).toEqual([true, true])
      expect(readFileSync(`${root}/week.jsonl`, "utf8").match(/"kind":"score"/g)).toHaveLength(6)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})

describe("an example that needs a key", patience, () => {
  it("20-real-model: says that it was skipped if there is none", async () => {
    expect(await printed("20-real-model.ts")).toEqual([
      "Skipped: neither ANTHROPIC_API_KEY nor OPENAI_API_KEY is set"
    ])
  })
})

describe("an example that needs a collector", patience, () => {
  it("30-production: runs without a receiver, and says that there is none", async () => {
    const { exitCode, stdout } = await runProgram(`${folder}30-production.ts`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9"
    })
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split("\n")
    isTree(lines.slice(0, 6))
    expect(lines.at(-2)).toBe("16 records are in the file")
    expect(lines.at(-1)).toMatch(/^No OpenTelemetry receiver answers at http:\/\/127\.0\.0\.1:9/)
  })
})

describe("the demo", patience, () => {
  it("shows the tree, the metrics with their kinds, and lines of the file", async () => {
    const lines = await printed("demo.ts")
    const sections = lines.join("\n").split(/\n?── .* ─+\n/).slice(1).map((text) => text.trimEnd().split("\n"))
    const [tree, metrics, file] = sections
    isTree(tree!.slice(0, 6))
    expect(tree!.at(-1)).toBe("What is 2 + 3? The sum is 5.")
    expect(metrics!.every((line) => /^loom\.[\w.]+ +[\d.]+ {2}\((counter|histogram)\) +\S/.test(line))).toBe(true)
    expect(metrics).toContainEqual(expect.stringMatching(/^loom\.tokens\.input +30 {2}\(counter\)/))
    expect(metrics).toContainEqual(expect.stringMatching(/^loom\.session\.duration_ms +[\d.]+ {2}\(histogram\)/))
    const records = file!.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
    expect(records.map(({ kind, name }) => [kind, name])).toEqual([
      ["span", "loom.tool"],
      ["metric", "loom.tokens.input"]
    ])
    // Everything fits in a hundred columns, except the lines of the file.
    expect(lines.filter((line) => line.length > 100 && !line.startsWith("{"))).toEqual([])
  })

  it("colors the tree if colors are requested", async () => {
    const lines = await printed("demo.ts", { FORCE_COLOR: "1" })
    expect(lines.join("\n")).toContain("\u001b[32m•\u001b[0m \u001b[1mloom.run\u001b[0m")
  })
})
