/**
 * The command line as users write it: help, options, `--fail-if`, and the messages for what is wrong.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { comparisonsOf, type Vocabulary } from "../../src/cli/failIf/comparisons.js"
import { attributeCondition } from "../../src/cli/input/conditions.js"
import { duration as durationValue } from "../../src/cli/options.js"
import { dollars, duration } from "../../src/cli/output/numbers.js"
import { documents, loom } from "./command.js"
import { type Samples, samples } from "./samples.js"

let files: Samples
beforeAll(async () => {
  files = await samples()
}, 60_000)
afterAll(() => files.remove())

const names = ["tree", "tail", "stats", "cost", "errors", "find", "diff", "doctor", "export", "replay", "view"]

describe("the help", { concurrent: true, timeout: 60_000 }, () => {
  it("lists every command, and is printed if nothing else is asked for", async () => {
    const [asked, bare] = await Promise.all([loom(["--help"]), loom([])])
    expect(asked).toMatchObject({ code: 0, stderr: "" })
    expect(bare).toEqual(asked)
    expect(asked.stdout.match(/^ {2}[a-z]+(?= {2})/gm)?.map((line) => line.trim())).toEqual(names)
  })

  it.each(names)("of %s fits into 80 columns and has examples", async (name) => {
    const { code, stdout } = await loom([name, "--help"], { env: { COLUMNS: "80" } })
    expect(code).toBe(0)
    const [text = "", examples = ""] = stdout.split("\nExamples\n")
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([])
    expect(text).toContain(`  loom-telemetry ${name} [OPTIONS]`)
    expect(text).toContain("--json")
    expect(text).not.toMatch(/setting is optional|user-defined/)
    expect(examples.trimEnd().split("\n").every((line) => line.startsWith(`  loom-telemetry ${name} `))).toBe(true)
  })

  it("of a command is printed wherever it is asked for", async () => {
    const [asked, ...others] = await Promise.all(
      ["stats --help", "help stats", "stats -h", "--help stats", "stats --nope x --help", "--json stats --help"]
        .map((words) => loom(words.split(" ")))
    )
    expect(asked!.stdout).toContain("loom-telemetry stats [OPTIONS] [FILE]...")
    expect(others).toEqual(others.map(() => asked))
  })

  it("is not asked for after --", async () => {
    expect((await loom(["stats", "--", "--help"])).code).toBe(3)
  })

  it("prints the version of the package", async () => {
    expect((await loom(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe("a wrong command line", { concurrent: true, timeout: 60_000 }, () => {
  const rows: ReadonlyArray<readonly [words: string, said: string | RegExp]> = [
    ["nonsense", "Unknown command \"nonsense\"; see `loom-telemetry --help`"],
    ["stat", "Unknown command \"stat\". Did you mean stats?"],
    ["nonsense --help", "Unknown command \"nonsense\""],
    ["help nonsense", "Unknown command \"nonsense\""],
    ["--json stats", "Unknown option --json"],
    ["--version stats", "Unexpected argument \"stats\""],
    ["stats --nope", "Unknown option --nope; see `loom-telemetry stats --help`"],
    ["stats --nope=1", "Unknown option --nope;"],
    ["stats --jsn", "Unknown option --jsn. Did you mean --json?"],
    ["stats -json", "Unknown option -json. Did you mean --json?"],
    ["stats --__proto__", "Unknown option --__proto__"],
    ["tail -fx", "Unknown option -fx"],
    ["stats --json=true", "--json takes no value"],
    ["stats --by colour", "--by \"colour\": expected name, tool, model, user, session or agent"],
    ["stats --color red", "--color \"red\": expected always or never"],
    ["stats --limit many", "--limit \"many\": expected a whole number, 0 or more"],
    ["stats --limit=-1", "--limit \"-1\": expected a whole number, 0 or more"],
    ["stats --limit --json", "--limit \"--json\": expected a whole number"],
    ["tree --last 1.5", "--last \"1.5\": expected a whole number"],
    ["tail -n -3", "-n \"-3\": expected a whole number, 0 or more"],
    ["stats --by name --by model", "Give --by only once"],
    ["stats --json --limit 1 --json", "Give --json only once"],
    ["tail -n 1 --lines 2", "Give --lines only once"],
    ["stats --fail-if", "--fail-if needs a value: --fail-if CONDITION"],
    ["stats --limit -- --json", "--limit needs a value: --limit N"],
    ["diff one.jsonl", "Missing argument B; see `loom-telemetry diff --help`"],
    ["diff one.jsonl two.jsonl three.jsonl", "Unexpected argument \"three.jsonl\""],
    ["replay", "Missing option --endpoint URL"],
    ["export", "Missing option --to otlp|chrome|collapsed|html"],
    ["replay --endpoint localhost", "expected an address such as http://localhost:4318"],
    ["replay --endpoint http://localhost:1 --header secret", "--header: expected NAME: VALUE"],
    ["find --longer-than soon", "expected a duration such as 250ms"],
    ["find --name /(/", "--name \"/(/\": expected a valid regular expression"],
    ["find --attr a>b", "--attr \"a>b\": expected a number after >"],
    ["find --attr a~(", "--attr \"a~(\": expected a valid regular expression"],
    ["tree --trace ffffffff", "No trace id begins with"],
    ["tail -f", "tail -f follows one file: name it"],
    ["view --serve", "--serve follows one file: name it"],
    ["view traces.jsonl --serve -o page.html", "--serve writes no page: leave out --out or --serve"],
    ["view traces.jsonl --port 1", "--port is the port of --serve: add --serve"],
    ["view traces.jsonl --serve --port 99999", "--port \"99999\": expected a port, 0 to 65535"]
  ]
  it.each(rows)("ends with 2 and a reason: %s", async (words, said) => {
    const own = /^(nonsense|stat |help|--|diff|tail|view)/.test(words) ? [] : [files.path("ours.jsonl")]
    const given = words.endsWith("--fail-if") ? [...own, "--fail-if"] : own
    const { code, stderr, stdout } = await loom([...words.replace(/ --fail-if$/, "").split(" "), ...given])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/^loom-telemetry: .*\n$/)
    expect(stderr).toContain(said)
  })
})

describe("options", { concurrent: true, timeout: 60_000 }, () => {
  it("mean the same before and after the file, in one word and in two", async () => {
    const path = files.path("ours.jsonl")
    const all = await Promise.all([
      loom(["stats", "--by", "model", "--limit", "1", path]),
      loom(["stats", path, "--limit=1", "--by=model"]),
      loom(["stats", "--by=model", path, "--limit", "1"])
    ])
    expect(all[0].stdout).toContain("… 1 more row: --limit 0 shows all")
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
  })

  it("take the next word as their value, whatever it looks like", async () => {
    const { code, stderr } = await loom([
      "find",
      "--name",
      "--by",
      "--attr",
      "a",
      "--attr",
      "b",
      "--",
      "--json",
      "--json"
    ])
    expect({ code, stderr }).toEqual({ code: 3, stderr: "loom-telemetry: Cannot read --json: there is no such file\n" })
  })

  it("end at --: what follows is a file", async () => {
    const { code, stderr } = await loom(["stats", "--", "--nope"])
    expect({ code, stderr }).toEqual({ code: 3, stderr: "loom-telemetry: Cannot read --nope: there is no such file\n" })
  })

  it("of one letter take their value in the same word", async () => {
    const { stdout } = await loom(["tail", "-n2", files.path("ours.jsonl")])
    expect(stdout.trimEnd().split("\n")).toHaveLength(2)
  })

  it("of find that match nothing print that, and nothing as JSON", async () => {
    const [text, json] = await Promise.all(
      [[], ["--json"]].map((more) => loom(["find", ...more, "--name", "nothing", files.path("ours.jsonl")]))
    )
    expect(text).toMatchObject({ code: 0, stdout: "No spans found.\n", stderr: "" })
    expect(json).toMatchObject({ code: 0, stdout: "", stderr: "" })
  })

  it.each([
    [["--attr", "tool=search"], 6],
    [["--attr", "tool!=search"], 0],
    [["--attr", "tokens_in>100"], 3],
    [["--attr", "tokens_in>=100"], 6],
    [["--attr", "model~^gpt"], 4],
    [["--attr", "model", "--attr", "user_id=bob"], 2],
    [["--name", "*.turn"], 6],
    [["--name", "/TURN/i"], 6],
    [["--name", "loom.run", "--longer-than", "1h"], 0],
    [["--outcome", "failure"], 2],
    [["--outcome", "open"], 0]
  ])("of find mean what they say: %j", async (options, count) => {
    const found = await loom(["find", "--json", ...options, files.path("ours.jsonl")])
    expect(documents(found)).toHaveLength(count)
  })
})

describe("--fail-if", { concurrent: true, timeout: 60_000 }, () => {
  it.each([
    ["stats", "errors > 0", 1, "errors > 0 (it is 2)"],
    ["stats", "errors > 2", 0, ""],
    ["stats", "errors(loom.tool)=2", 1, "errors(loom.tool)=2 (it is 2)"],
    ["stats", "p99_ms(loom.run) > 100000 or spans >= 1", 1, "spans >= 1"],
    ["stats", "p99_ms(loom.typo) > 1", 0, "there is nothing to compare"],
    ["cost", "cost_usd > 1.4", 1, "it is 1.5"],
    ["cost", "cost_usd(gpt-5) > 1.4", 0, ""],
    ["errors", "errors > 0", 1, "it is 2"],
    ["errors", "kinds > 1", 0, ""],
    ["find", "found > 10", 1, "found > 10"],
    ["doctor", "errors > 0", 0, ""],
    ["doctor", "findings(open-span) >= 0", 1, "findings(open-span)"]
  ])("%s: %s ends with %i", async (command, condition, code, said) => {
    const path = files.path("ours.jsonl")
    const [plain, checked] = await Promise.all([loom([command, path]), loom([command, "--fail-if", condition, path])])
    expect(checked.code).toBe(code)
    expect(checked.stdout).toBe(plain.stdout)
    expect(checked.stderr).toContain(said)
  })

  it("passes on an empty file, unless it asks for a record", async () => {
    const [passes, fails] = await Promise.all(
      ["errors > 0", "spans < 1 or errors > 0"].map((condition) =>
        loom(["stats", "--fail-if", condition, files.path("empty.jsonl")])
      )
    )
    expect(passes).toMatchObject({ code: 0, stderr: "" })
    expect(fails).toMatchObject({ code: 1, stderr: "loom-telemetry: spans < 1 (it is 0)\n" })
  })

  it("with a mistake ends with 2 before anything is read", async () => {
    const { code, stderr } = await loom(["stats", "--fail-if", "erors > 0", files.path("missing.jsonl")])
    expect(code).toBe(2)
    expect(stderr).toMatch(/--fail-if "erors > 0", at character 1: unknown quantity "erors"; known are spans, errors, /)
  })
})

const known: Vocabulary = { errors: { of: "either" }, p95_ms: { of: "named" }, traces: { of: "whole" } }
const problem = (text: string) =>
  Either.match(comparisonsOf(text, known), { onLeft: (error) => error.message, onRight: () => "" })

describe("the grammar of --fail-if", () => {
  it.each([
    ["", "at character 1: expected a quantity, but the text ends"],
    ["errors", "at character 7: expected one of > >= < <= = !=, but the text ends"],
    ["errors >", "at character 9: expected a number, but the text ends"],
    ["errors > many", "at character 10: expected a number"],
    ["  nope > 1", "at character 3: unknown quantity \"nope\"; known are errors, p95_ms, traces"],
    ["constructor > 1", "at character 1: unknown quantity \"constructor\"; known are errors, p95_ms, traces"],
    ["p95_ms > 1", "at character 7: \"p95_ms\" needs a name: write p95_ms(NAME)"],
    ["traces(a) > 1", "at character 7: \"traces\" takes no name in brackets"],
    ["errors > 1 and traces > 2", "at character 12: expected \"or\" and another comparison, or the end"],
    ["errors > 1 or", "at character 14: expected a quantity, but the text ends"]
  ])("reports where %j goes wrong", (text, said) => {
    expect(problem(text)).toBe(said)
  })

  it("has all comparisons and takes any name", () => {
    const read = Either.getOrThrow(
      comparisonsOf("errors( a or b )>1e2 or p95_ms(\"f(x)\") != -0.5 or traces<=3", known)
    )
    expect(read.map(({ label, quantity, text }) => [quantity, label, text])).toEqual([
      ["errors", "a or b", "errors( a or b )>1e2"],
      ["p95_ms", "f(x)", "p95_ms(\"f(x)\") != -0.5"],
      ["traces", undefined, "traces<=3"]
    ])
    expect(read.map(({ holds }) => [holds(-0.5), holds(3), holds(101)])).toEqual([
      [false, false, true],
      [false, true, true],
      [true, true, false]
    ])
  })
})

describe("numbers and conditions", () => {
  it.each([[null, "–"], [0, "$0.00"], [12.345, "$12.35"], [0.0375, "$0.037"], [0.00000012, "$0.00000012"]])(
    "writes %s dollars as %s",
    (value, text) => {
      expect(dollars(value)).toBe(text)
    }
  )

  it.each([[0.04, "0.0ms"], [999, "999.0ms"], [1500, "1.50s"], [61_000, "1m01s"], [3_660_000, "1h01m"]])(
    "writes %s milliseconds as %s",
    (value, text) => {
      expect(duration(value)).toBe(text)
    }
  )

  it.each([["250ms", 250], ["1.5s", 1500], ["2m", 120_000], ["1 minute", 60_000]])(
    "reads %s as %s ms",
    (text, millis) => {
      expect(durationValue.read(text)).toEqual(Either.right(millis))
    }
  )

  it("refuses an attribute condition without a key", () => {
    expect(Either.isLeft(attributeCondition.read("=1"))).toBe(true)
  })
})
