/**
 * Every example, run as a user would run it, prints what it promises.
 */
import { describe, expect, it } from "@effect/vitest"
import { build } from "esbuild"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { fileURLToPath } from "node:url"
import { bundled } from "../cli/bundle.js"
import { folder, isTree, patience, printed, stable } from "./printed.js"
import { runProgram, runScript } from "./runProgram.js"

const files = readdirSync(folder).filter((file) => /^\d\d-.*\.ts$/.test(file)).toSorted()

describe("each example", () => {
  it("has a test here", () => {
    expect(files).toEqual([
      "01-console.ts",
      "02-in-memory.ts",
      "03-file.ts",
      "04-fan-out.ts",
      "05-custom-sink.ts",
      "06-testing.test.ts",
      "07-own-loop.ts",
      "08-run-context.ts",
      "09-config.ts",
      "10-supervisor.ts",
      "11-workflow.ts",
      "12-budget.ts",
      "13-instrumented.ts",
      "14-redaction.ts",
      "15-sampling.ts",
      "16-reading.ts",
      "17-vitest-matchers.test.ts",
      "18-page.ts",
      "19-scores.ts",
      "20-real-model.ts",
      "21-openai.ts",
      "22-vercel-ai.ts",
      "23-express.ts",
      "24-hono.ts",
      "25-worker.ts",
      "26-experiment.ts",
      "27-cassette.ts",
      "28-server.ts",
      "29-edge.ts",
      "30-production.ts",
      "31-week.ts",
      "32-quality.test.ts"
    ])
  })

  it.each(files)("%s is short, says how it is run, and imports the package by its name", (file) => {
    const source = readFileSync(`${folder}${file}`, "utf8")
    expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(60)
    expect(source).toMatch(
      file.endsWith(".test.ts") ? ` * npx vitest run examples/${file}\n */` : `npx tsx examples/${file}\n */`
    )
    expect(source).toMatch(/from "loom-telemetry/)
    expect(source).not.toMatch(/from "\.\.\//)
  })
})

describe("what they print", patience, () => {
  it("01-console: the answer on standard output, spans and metrics on standard error", async () => {
    const { exitCode, stderr, stdout } = await runProgram(`${folder}01-console.ts`)
    expect(exitCode).toBe(0)
    expect(stdout).toBe("The sum is 5.\n")
    const ended = stderr.split("\n").filter((line) => line.includes("• "))
    expect(ended.map((line) => line.replace(/^( *• [\w.]+).*/, "$1"))).toEqual([
      "    • loom.model.stream",
      "    • loom.tool",
      "  • loom.turn",
      "    • loom.model.stream",
      "  • loom.turn",
      "• loom.run"
    ])
    expect(stderr).toMatch(/^ +loom\.tokens\.input 30 \(counter\) model=ScriptedModel, user_id=alice$/m)
    expect(stderr).toMatch(/^ +loom\.tool\.duration_ms [\d.]+ \(histogram\) tool=add, ok=true, user_id=alice$/m)
  })

  it("02-in-memory: spans with durations and attributes, metrics with values and kinds", async () => {
    const lines = stable(await printed("02-in-memory.ts"))
    const spans = lines.filter((line) => line.includes("(…ms)"))
    expect(spans.map((line) => line.replace(/, (run_id|max_turns|provider|call_id|user_id)=.*/, ", …]"))).toEqual([
      "loom.run               (…ms) [session_id=run_ID, …]",
      "loom.turn              (…ms) [turn=0, session_id=run_ID, …]",
      "loom.model.stream      (…ms) [model=ScriptedModel, …]",
      "loom.tool              (…ms) [tool=add, …]",
      "loom.turn              (…ms) [turn=1, session_id=run_ID, …]",
      "loom.model.stream      (…ms) [model=ScriptedModel, …]"
    ])
    expect(spans[0]).toContain("user_id=alice")
    expect(spans[3]).toContain("ok=true")
    const metrics = lines.filter((line) => !spans.includes(line)).map((line) => line.split(/ +/))
    expect(metrics).toContainEqual(["loom.tokens.input", "30", "(counter)"])
    expect(metrics).toContainEqual(["loom.tokens.output", "4", "(counter)"])
    expect(metrics).toContainEqual(["loom.tool.duration_ms", expect.stringMatching(/^[\d.]+$/), "(histogram)"])
    expect(metrics.at(-1)).toEqual(["loom.session.duration_ms", expect.stringMatching(/^[\d.]+$/), "(histogram)"])
  })

  it("19-scores: a score of a rule and one of a person", async () => {
    expect(await printed("19-scores.ts")).toEqual([
      "brevity: 1 – (code) 5 characters",
      "feedback.thumbs: 0 down (human) Not at night"
    ])
  })

  it("03-file: the three queries, each with the records that it selects", async () => {
    const [slow, alice, cost] = (await printed("03-file.ts")).join("\n").trim().split("\n\n")
      .map((block) => block.split("\n"))
    expect(slow![0]).toContain("jq -c 'select(.kind==\"span\" and .duration_ms > 1000)' traces.jsonl")
    expect(alice![0]).toContain("jq -c 'select(.attributes.user_id==\"alice\")' traces.jsonl")
    expect(cost![0]).toContain("jq -c 'select(.kind==\"metric\" and .name==\"loom.cost.usd\")' traces.jsonl")
    if (slow![1]!.includes("jq is not installed")) {
      return
    }
    const records = (block: ReadonlyArray<string>) => block.slice(1).map((line) => JSON.parse(line))
    // On a busy machine the run itself may take longer, too.
    expect(records(slow!)).toContainEqual(expect.objectContaining({ kind: "span", name: "loom.tool" }))
    expect(records(slow!).every(({ duration_ms: ms, kind }) => kind === "span" && ms > 1000)).toBe(true)
    const kinds = records(alice!).map((record) => record.kind)
    expect(kinds.filter((kind) => kind === "span")).toHaveLength(6)
    expect(kinds).toContain("metric")
    expect(records(cost!)).toEqual([
      expect.objectContaining({ kind: "metric", value: 0.00021, instrument_kind: "counter" }),
      expect.objectContaining({ kind: "metric", value: 0.000096, instrument_kind: "counter" })
    ])
  })

  it("04-fan-out: the tree, and the same ids in memory and in the file", async () => {
    const lines = await printed("04-fan-out.ts")
    isTree(lines.slice(0, -1))
    expect(lines.at(-1)).toBe("6 spans in memory, 6 in the file, the same ids: yes")
  })

  it("05-custom-sink: the packets that arrived, the session's last", async () => {
    const lines = await printed("05-custom-sink.ts")
    expect(lines).toContain("loom.tokens.input:30|c|#model:ScriptedModel,user_id:alice")
    expect(lines).toContain("loom.tokens.output:4|c|#model:ScriptedModel,user_id:alice")
    expect(lines).toContainEqual(
      expect.stringMatching(/^loom\.tool\.duration_ms:[\d.]+\|h\|#tool:add,ok:true,user_id:alice$/)
    )
    expect(lines.at(-1)).toMatch(/^loom\.session\.duration_ms:[\d.]+\|h\|#architecture:agent,outcome:success/)
  })

  it("07-own-loop: a tree of its own with a failed tool and what the stream said at its end", async () => {
    expect(stable(await printed("07-own-loop.ts"))).toEqual([
      "• request (…ms) path=/ask",
      "  • loom.run (…ms) agent=weather, architecture=my-loop, turns=2, tokens_in=61, tokens_out=8",
      "    • loom.turn (…ms) turn=0",
      "      • loom.model.stream (…ms) model=my-model, provider=my-provider, streaming=true, tokens_in=30, " +
      "tokens_out=4, finish_reason=stop",
      "      • loom.tool (…ms) tool=weather, call_id=c1, ok=false, duration_ms=…, " +
      "error=\"no such city\" [ERROR: no such city]",
      "    • loom.turn (…ms) turn=1",
      "      • loom.model.stream (…ms) model=my-model, provider=my-provider, streaming=true, tokens_in=31, " +
      "tokens_out=4, finish_reason=stop",
      "loom.tokens.input 30 (counter) model=my-model",
      "loom.tokens.input 31 (counter) model=my-model"
    ])
  })

  it("08-run-context: two users, each with their own spans and metrics", async () => {
    expect(await printed("08-run-context.ts")).toEqual([
      "work of alice in s-1",
      ...Array.from({ length: 3 }, () => "  search of alice in s-1"),
      "work of bob in s-2",
      ...Array.from({ length: 3 }, () => "  search of bob in s-2"),
      "searches: alice 3, bob 3"
    ])
  })

  it("09-config: what each value of the variable records to, and what a wrong one says", async () => {
    const { exitCode, stdout } = await runProgram(`${folder}09-config.ts`, { LOOM_TELEMETRY: "memory" })
    expect(exitCode).toBe(0)
    const lines = stdout.trimEnd().split("\n")
    expect(lines.slice(0, -1)).toEqual([
      "LOOM_TELEMETRY of this process records to memory",
      "LOOM_TELEMETRY=none records to nothing",
      "LOOM_TELEMETRY=memory records to memory",
      "LOOM_TELEMETRY=memory,console records to memory and console"
    ])
    expect(lines.at(-1)).toMatch(/^LOOM_TELEMETRY=stdout records to an error\. "stdout" names no telemetry sink.*file:/)
  })
})

describe("the examples of agents that work together", patience, () => {
  it("10-supervisor: one tree with a run for each worker, and what all of them used", async () => {
    const lines = await printed("10-supervisor.ts")
    const spans = lines.filter((line) => line.includes("• "))
    const named = (name: string) => spans.filter((line) => line.includes(`• ${name} `))
    expect(named("loom.run")).toHaveLength(3)
    expect(named("loom.tool")).toHaveLength(3)
    expect(named("loom.tool").filter((line) => line.includes("There is no worker named"))).toHaveLength(1)
    expect(lines.at(-1)).toBe("410 tokens in, 89 out, 0.002565 US dollars")
  })

  it("11-workflow: every node with its step, name and pattern", async () => {
    const text = (await printed("11-workflow.ts")).join("\n")
    for (
      const node of [
        "step=0, node=tidy, pattern=chain",
        "step=1, node=triage, pattern=chain",
        "step=0, node=classify, pattern=route",
        "step=1, node=bug, pattern=route",
        "step=1, node=body, pattern=loop",
        "step=1, node=words, pattern=parallel"
      ]
    ) {
      expect(text).toContain(node)
    }
    expect(text).toContain("{ length: 40, words: 7 }")
  })

  it("12-budget: where the run was stopped, and the one metric that says so", async () => {
    expect(await printed("12-budget.ts")).toEqual([
      "Not there yet (4). Stopped after 4 turns: budget:max_cost_usd, 0.01000 US dollars",
      "loom.budget.exceeded 1 { kind: 'max_cost_usd', user_id: 'alice' }"
    ])
  })

  it("13-instrumented: model calls with their tool inside, in a loop of somebody's own", async () => {
    const lines = await printed("13-instrumented.ts")
    expect(lines.slice(0, 4).map((line) => line.replace(/ \(.*/, ""))).toEqual([
      "• my.loop",
      "  • loom.model.stream",
      "    • loom.tool",
      "  • loom.model.stream"
    ])
    expect(lines.at(-1)).toBe("It is noon.")
  })
})

describe("an example without Effect", patience, () => {
  const withoutTimes = async (file: string) => (await printed(file)).map((line) => line.replace(/ \(\d+\.\dms\)/, ""))

  it("imports nothing of Effect", () => {
    const without = files.filter((file) => readFileSync(`${folder}${file}`, "utf8").includes("loom-telemetry/promise"))
    expect(without).toHaveLength(5)
    for (const file of without) {
      expect(readFileSync(`${folder}${file}`, "utf8")).not.toMatch(/from "(effect|@effect)/)
    }
  })

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
  it("26-experiment: the second version is better by the rule, and no different to the model", async () => {
    expect(await printed("26-experiment.ts")).toEqual([
      "capitals one: correct 0.17, brief 1.00, $0.000144",
      "capitals two: correct 1.00, brief 1.00, $0.000144",
      "correct is better, brief is unclear"
    ])
  })
})

describe("a cassette", patience, () => {
  it("27-cassette: plays what was recorded, names a changed instruction, and goes on from a turn", async () => {
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
  it("28-server: a trace for each request and its user; ended by SIGTERM, with everything written", async () => {
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

  it("28-server: without LOOM_TELEMETRY records nothing", async () => {
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
  it("20-real-model: says that it was skipped where there is none", async () => {
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
    // Readable in a hundred columns, but for the lines of the file, which are what they are.
    expect(lines.filter((line) => line.length > 100 && !line.startsWith("{"))).toEqual([])
  })

  it("colours the tree where colours are asked for", async () => {
    const lines = await printed("demo.ts", { FORCE_COLOR: "1" })
    expect(lines.join("\n")).toContain("\u001b[32m•\u001b[0m \u001b[1mloom.run\u001b[0m")
  })
})
