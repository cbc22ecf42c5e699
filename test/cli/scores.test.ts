/**
 * Scores on the command line: commands count, find and compare them, and use them as a gate.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { file, score, span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

const traceId = "1".padStart(32, "0")
const spanId = "2".padStart(16, "0")

let files: Samples
beforeAll(() => {
  files = folder()
  files.write(
    "scored.jsonl",
    file(
      span({ id: 1, name: "root" }),
      span({ id: 2, parent: 1, name: "answer" }),
      score({ name: "correctness", value: 1, id: 2 }),
      score({ name: "tone", label: "kind", source: "model", id: 2 }),
      score({ name: "feedback.thumbs", value: 0, label: "down", explanation: "no, wrong", source: "human" }),
      span({ id: 3, trace: 2, name: "root" }),
      score({ name: "correctness", value: 0.5, trace: 2, id: 3 }),
      score({ name: "tone", label: "rude", trace: 2, id: 99 })
    )
  )
})
afterAll(() => files.remove())

const scored = () => files.path("scored.jsonl")

describe("stats", { timeout: 60_000 }, () => {
  it("--by score shows count, mean, range and labels", async () => {
    const { code, stdout } = await loom(["stats", "--by", "score", scored()])
    expect(code).toBe(0)
    expect(stdout.split("\n").map((line) => line.trimEnd().replace(/ +/g, " "))).toEqual([
      "3 spans in 2 traces, 0 measurements, 5 scores",
      expect.stringMatching(/^from /),
      "tokens –, cost –",
      "",
      "score count mean min max labels",
      "correctness 2 0.75 0.5 1 –",
      "tone 2 – – – kind 1, rude 1",
      "feedback.thumbs 1 0 0 0 down 1",
      ""
    ])
  })

  it("--json has all scores", async () => {
    const [document] = documents(await loom(["stats", "--json", scored()]))
    expect((document as { readonly scores: unknown }).scores).toEqual([
      {
        name: "correctness",
        other: false,
        count: 2,
        valued: 2,
        mean: 0.75,
        min: 0.5,
        max: 1,
        labels: {},
        sources: { code: 2, model: 0, human: 0 }
      },
      {
        name: "tone",
        other: false,
        count: 2,
        valued: 0,
        mean: null,
        min: null,
        max: null,
        labels: { kind: 1, rude: 1 },
        sources: { code: 1, model: 1, human: 0 }
      },
      {
        name: "feedback.thumbs",
        other: false,
        count: 1,
        valued: 1,
        mean: 0,
        min: 0,
        max: 0,
        labels: { down: 1 },
        sources: { code: 0, model: 0, human: 1 }
      }
    ])
  })

  it.each([
    ["mean(score correctness) < 0.8", 1],
    ["mean(score correctness) < 0.75", 0],
    ["min(score correctness) < 0.6", 1],
    ["max(score correctness) > 1", 0],
    ["count(score tone) > 1", 1],
    ["mean(\"score feedback.thumbs\") = 0", 1],
    ["errors > 0 or mean(score correctness) < 0.8", 1],
    ["count(score tone) > 2", 0]
  ])("--fail-if '%s' exits with code %s", async (condition, expected) => {
    for (const by of ["name", "score"]) {
      expect((await loom(["stats", "--by", by, "--fail-if", condition, scored()])).code).toBe(expected)
    }
  })

  it.each([
    [
      "mean(score misspelled) < 1",
      "there is no score \"misspelled\"; the input has correctness, tone, feedback.thumbs"
    ],
    ["min(score Correctness) > 1", "there is no score \"Correctness\""],
    ["max(score  correctness) > 1", "there is no score \" correctness\""],
    ["count(score misspelled) > 1", "there is no score \"misspelled\""],
    ["count(score (other)) > 1", "expected"],
    ["count(\"score (other)\") > 1", "there is no score \"(other)\""],
    ["mean(score tone) < 1", "the score \"tone\" has labels, but no values"],
    ["mean(correctness) > 1", "\"correctness\" is not a score; write \"score correctness\""],
    ["spans > 100 or mean(score misspelled) < 1", "there is no score \"misspelled\""],
    ["mean(score correctness) < NaN", "expected a number"]
  ])("--fail-if '%s' fails, because it cannot be checked, and says why", async (condition, reason) => {
    const { code, stderr } = await loom(["stats", "--fail-if", condition, scored()])
    expect([code, stderr]).toEqual([reason.startsWith("expected") ? 2 : 1, expect.stringContaining(reason)])
  })

  it.each<readonly [string, () => Uint8Array, string]>([
    ["an empty file", () => file(), "the input has no scores"],
    ["a file without scores", () => file(span({ id: 1 })), "the input has no scores"],
    [
      "a file whose score is not a number",
      () => file(span({ id: 1 }), score({ name: "s", value: 1 }).replace("\"value\":1", "\"value\":\"NaN\"")),
      "there is no score \"s\""
    ],
    [
      "a file whose score is not finite",
      () => file(span({ id: 1 }), score({ name: "s", value: 1 }).replace("\"value\":1", "\"value\":1e999")),
      "there is no score \"s\""
    ]
  ])("--fail-if on a score fails for %s", async (_, content, reason) => {
    const path = files.write("lacking.jsonl", content())
    for (const command of ["stats", "cost"]) {
      const { code, stderr } = await loom([command, "--fail-if", "mean(score s) < 0.5", path])
      expect([code, stderr]).toEqual([1, expect.stringContaining(reason)])
    }
  })

  it("--fail-if does not depend on the order of the lines", async () => {
    for (const values of [[1, 1, 1, 1, 0], [0, 1, 1, 1, 1], Array<number>(10).fill(0.8), [0.7, 0.9, 0.8]]) {
      const path = files.write(
        "gate.jsonl",
        file(...values.map((value, id) => score({ name: "s", value, id: id + 1 })))
      )
      expect((await loom(["stats", "--fail-if", "mean(score s) < 0.8", path])).code).toBe(0)
    }
  })

  it("accepts a file that contains only scores", async () => {
    const path = files.write("alone.jsonl", file(score({ name: "s", value: 1 })))
    const { code, stdout } = await loom(["stats", "--by", "score", path])
    expect([code, stdout]).toEqual([0, expect.stringContaining("1 score")])
  })
})

describe("find --score", { timeout: 60_000 }, () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["correctness", ["answer", "root 2"]],
    ["correctness<0.8", ["root 2"]],
    ["correctness>=0.5", ["answer", "root 2"]],
    ["correctness=1", ["answer"]],
    ["correctness!=1", ["root 2"]],
    ["tone=kind", ["answer"]],
    ["tone!=kind", []],
    ["feedback.thumbs=down", ["root 1"]],
    ["feedback.thumbs=0", ["root 1"]],
    ["nothing", []]
  ])("%s finds %j", async (condition, expected) => {
    const found = documents(await loom(["find", "--json", "--score", condition, scored()])) as ReadonlyArray<
      { readonly name: string; readonly trace_id: string }
    >
    expect(found.map(({ name, trace_id }) => name === "root" ? `${name} ${Number(trace_id)}` : name)).toEqual(expected)
  })

  it.each([
    ["correctness<0.8", 1, "found > 0 (actual: 1)"],
    ["correctness<0.2", 0, ""],
    ["corectness<0.8", 1, "there is no score \"corectness\"; the input has"],
    ["tone=rood", 0, ""],
    // A condition that only asks whether such a score exists.
    ["complaint", 0, ""]
  ])("%s with --fail-if exits with code %i", async (condition, expected, message) => {
    const { code, stderr } = await loom(["find", "--score", condition, "--fail-if", "found > 0", scored()])
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)])
  })

  it("requires all conditions if repeated, and names an invalid one", async () => {
    const args = ["find", "--json", "--score", "correctness=1", "--score", "tone=kind", scored()]
    expect(documents(await loom(args))).toMatchObject([{
      name: "answer",
      scores: [{ name: "correctness", value: 1, span_id: spanId }, { name: "tone", label: "kind", source: "model" }]
    }])
    const { code, stderr } = await loom(["find", "--score", "correctness<high", scored()])
    expect([code, stderr]).toEqual([2, expect.stringContaining("a number after <")])
  })
})

describe("tree, tail and diff", { timeout: 60_000 }, () => {
  it("tree shows scores below their span, those of a trace below its root", async () => {
    const { stdout } = await loom(["tree", "--trace", traceId, scored()])
    expect(stdout.replace(/ \([\d.]+ms\)/g, "")).toBe(
      "• root\n  ★ feedback.thumbs 0 down (human) explanation=\"no, wrong\"\n" +
        "  • answer\n    ★ correctness 1 (code)\n    ★ tone kind (model)\n"
    )
  })

  it("diff compares the means", async () => {
    const before = files.write("before.jsonl", file(span({ id: 1 }), score({ name: "s", value: 0.5, id: 1 })))
    const after = files.write(
      "after.jsonl",
      file(span({ id: 1 }), score({ name: "s", value: 1, id: 1 }), score({ name: "new", value: 2 }))
    )
    const { code, stdout } = await loom(["diff", "--fail", before, after])
    expect(code).toBe(0)
    expect(stdout).toMatch(/mean of new\s+–\s+2\n/)
    expect(stdout).toMatch(/mean of s\s+0\.5\s+1\s+\+0\.5\n/)
    expect(documents(await loom(["diff", "--json", before, after]))[0]).toMatchObject({
      a: { scores: [{ name: "s", mean: 0.5 }] },
      b: { scores: [{ name: "new", mean: 2 }, { name: "s", mean: 1 }] }
    })
  })

  it("doctor finds nothing wrong with a score of a span in another file", async () => {
    expect((await loom(["doctor", files.write("late.jsonl", file(score({ name: "s", value: 1, id: 7 })))])).code).toBe(
      0
    )
  })
})
