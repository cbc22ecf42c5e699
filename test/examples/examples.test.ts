/**
 * All examples are short and tested; the first ones, run as a user would run them, print what they promise.
 */
import { describe, expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { folder, isTree, patience, printed, stable } from "./printed.js"
import { runProgram } from "./runProgram.js"

const files = readdirSync(folder).filter((file) => /^\d\d-.*\.ts$/.test(file)).toSorted()

describe("each example", () => {
  it("has a test", () => {
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

  it("imports nothing of Effect if it shows how to work without it", () => {
    const without = files.filter((file) => readFileSync(`${folder}${file}`, "utf8").includes("loom-telemetry/promise"))
    expect(without).toHaveLength(5)
    for (const file of without) {
      expect(readFileSync(`${folder}${file}`, "utf8")).not.toMatch(/from "(effect|@effect)/)
    }
  })
})

describe("the examples of sinks print", patience, () => {
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

  it("19-scores: a score by a rule and one by a person", async () => {
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
    // On a busy machine, the run itself may take longer too.
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

  it("07-own-loop: its own tree, with a failed tool and the usage of the stream", async () => {
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

  it("09-config: the sinks of each value of the variable, and the error for an invalid one", async () => {
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

describe("the examples of agents print", patience, () => {
  it("10-supervisor: one tree with a run for each worker, and their total usage", async () => {
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

  it("12-budget: where the run was stopped, and the metric for it", async () => {
    expect(await printed("12-budget.ts")).toEqual([
      "Not there yet (4). Stopped after 4 turns: budget:max_cost_usd, 0.01000 US dollars",
      "loom.budget.exceeded 1 { kind: 'max_cost_usd', user_id: 'alice' }"
    ])
  })

  it("13-instrumented: model calls with their tool inside, in a custom loop", async () => {
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
