/**
 * The command line as users type it: help, options, `--fail-if` and error messages.
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

const names = [
  "tree",
  "tail",
  "stats",
  "cost",
  "errors",
  "find",
  "diff",
  "score",
  "dataset",
  "cassette",
  "sql",
  "doctor"
]
  .concat(["export", "replay", "view", "mcp"])

describe("the help", { concurrent: true, timeout: 60_000 }, () => {
  it("lists every command, and is printed if there are no arguments", async () => {
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

  it("of a command is printed wherever --help or help occurs", async () => {
    const [asked, ...others] = await Promise.all(
      ["stats --help", "help stats", "stats -h", "--help stats", "stats --nope x --help", "--json stats --help"]
        .map((words) => loom(words.split(" ")))
    )
    expect(asked!.stdout).toContain("loom-telemetry stats [OPTIONS] [FILE]...")
    expect(others).toEqual(others.map(() => asked))
  })

  it("is not printed for --help after --", async () => {
    expect((await loom(["stats", "--", "--help"])).code).toBe(3)
  })
})

describe("--version", { timeout: 60_000 }, () => {
  it("prints the version of the package", async () => {
    expect((await loom(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe("an invalid command line", { concurrent: true, timeout: 60_000 }, () => {
  const rows: ReadonlyArray<readonly [words: string, message: string]> = [
    ["nonsense", "unknown command \"nonsense\"; see `loom-telemetry --help`"],
    ["package.json", "missing command: try `loom-telemetry tree package.json`, and see `loom-telemetry --help`"],
    ["stat", "unknown command \"stat\". Did you mean stats?"],
    ["nonsense --help", "unknown command \"nonsense\""],
    ["help nonsense", "unknown command \"nonsense\""],
    ["--json stats", "unknown option --json"],
    ["--version stats", "unexpected argument \"stats\""],
    ["stats --nope", "unknown option --nope; see `loom-telemetry stats --help`"],
    ["stats --nope=1", "unknown option --nope;"],
    ["stats --jsn", "unknown option --jsn. Did you mean --json?"],
    ["stats -json", "unknown option -json. Did you mean --json?"],
    ["stats --__proto__", "unknown option --__proto__"],
    ["tail -fx", "unknown option -fx"],
    ["stats --json=true", "--json does not take a value"],
    ["stats --by colour", "--by \"colour\": expected name, tool, model, user, session, agent, version or score"],
    ["stats --color red", "--color \"red\": expected always or never"],
    ["stats --limit many", "--limit \"many\": expected a whole number, 0 or more"],
    ["stats --limit=-1", "--limit \"-1\": expected a whole number, 0 or more"],
    ["stats --limit --json", "--limit \"--json\": expected a whole number"],
    ["tree --last 1.5", "--last \"1.5\": expected a whole number"],
    ["tail -n -3", "-n \"-3\": expected a whole number, 0 or more"],
    ["stats --by name --by model", "--by may be given only once"],
    ["stats --json --limit 1 --json", "--json may be given only once"],
    ["tail -n 1 --lines 2", "--lines may be given only once"],
    ["stats --fail-if", "--fail-if needs a value: --fail-if CONDITION"],
    ["stats --limit -- --json", "--limit needs a value: --limit N"],
    ["diff one.jsonl", "missing argument B; see `loom-telemetry diff --help`"],
    ["diff one.jsonl two.jsonl three.jsonl", "unexpected argument \"three.jsonl\""],
    ["replay", "missing option --endpoint URL"],
    ["export", "missing option --to otlp|chrome|collapsed|html"],
    ["replay --endpoint localhost", "expected a URL such as http://localhost:4318"],
    ["replay --endpoint http://localhost:1 --header secret", "--header: expected NAME: VALUE"],
    ["find --longer-than soon", "expected a duration such as 250ms"],
    ["find --name /(/", "--name \"/(/\": expected a valid regular expression"],
    ["find --attr a>b", "--attr \"a>b\": expected a number after >"],
    ["find --attr a~(", "--attr \"a~(\": expected a valid regular expression"],
    ["tree --trace ffffffff", "no trace id starts with \"ffffffff\""],
    ["tail -f", "tail -f follows exactly one file, not standard input"],
    ["view --serve", "--serve follows exactly one file, not standard input"],
    ["view traces.jsonl --serve -o page.html", "--serve writes no file: use either --serve or --out"],
    ["view traces.jsonl --port 1", "--port needs --serve"],
    ["view traces.jsonl --serve --port 99999", "--port \"99999\": expected a port number from 0 to 65535"]
  ]
  it.each(rows)("fails with 2 and a message: %s", async (words, message) => {
    const own = /^(nonsense|stat |help|--|diff|tail|view)/.test(words) ? [] : [files.path("ours.jsonl")]
    const given = words.endsWith("--fail-if") ? [...own, "--fail-if"] : own
    const { code, stderr, stdout } = await loom([...words.replace(/ --fail-if$/, "").split(" "), ...given])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(/^loom-telemetry: .*\n$/)
    expect(stderr).toContain(message)
  })
})

describe("options", { concurrent: true, timeout: 60_000 }, () => {
  it("mean the same before and after the file, with = and with a space", async () => {
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

  it("take the next word as their value, even if it starts with a dash", async () => {
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
    expect({ code, stderr }).toEqual({ code: 3, stderr: "loom-telemetry: cannot read --json: no such file\n" })
  })

  it("end at --: everything after it is a file", async () => {
    const { code, stderr } = await loom(["stats", "--", "--nope"])
    expect({ code, stderr }).toEqual({ code: 3, stderr: "loom-telemetry: cannot read --nope: no such file\n" })
  })

  it("with one letter accept their value without a space", async () => {
    const { stdout } = await loom(["tail", "-n2", files.path("ours.jsonl")])
    expect(stdout.trimEnd().split("\n")).toHaveLength(2)
  })

  it("of find that match nothing print a message, or nothing as JSON", async () => {
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
  ])("of find select the right number of spans: %j", async (options, count) => {
    const found = await loom(["find", "--json", ...options, files.path("ours.jsonl")])
    expect(documents(found)).toHaveLength(count)
  })
})

describe("--fail-if", { concurrent: true, timeout: 60_000 }, () => {
  it.each([
    ["stats", "errors > 0", 1, "errors > 0 (actual: 2)"],
    ["stats", "errors > 2", 0, ""],
    ["stats", "errors(loom.tool)=2", 1, "errors(loom.tool)=2 (actual: 2)"],
    ["stats", "p99_ms(loom.run) > 100000 or spans >= 1", 1, "spans >= 1"],
    ["stats", "p99_ms(loom.typo) > 1", 0, "--fail-if \"p99_ms(loom.typo) > 1\": nothing to compare"],
    ["cost", "cost_usd > 1.4", 1, "cost_usd > 1.4 (actual: 1.5)"],
    ["cost", "cost_usd(gpt-5) > 1.4", 0, ""],
    ["errors", "errors > 0", 1, "errors > 0 (actual: 2)"],
    ["errors", "kinds > 1", 0, ""],
    ["find", "found > 10", 1, "found > 10"],
    ["doctor", "errors > 0", 0, ""],
    ["doctor", "findings(open-span) >= 0", 1, "findings(open-span)"]
  ])("%s: %s exits with %i", async (command, condition, code, message) => {
    const path = files.path("ours.jsonl")
    const [plain, checked] = await Promise.all([loom([command, path]), loom([command, "--fail-if", condition, path])])
    expect(checked.code).toBe(code)
    expect(checked.stdout).toBe(plain.stdout)
    expect(checked.stderr).toContain(message)
  })

  it("passes for an empty file, unless it requires a record", async () => {
    const [passes, fails] = await Promise.all(
      ["errors > 0", "spans < 1 or errors > 0"].map((condition) =>
        loom(["stats", "--fail-if", condition, files.path("empty.jsonl")])
      )
    )
    expect(passes).toMatchObject({ code: 0, stderr: "" })
    expect(fails).toMatchObject({ code: 1, stderr: "loom-telemetry: spans < 1 (actual: 0)\n" })
  })

  it("exits with 2 before reading any input if it has a syntax error", async () => {
    const { code, stderr } = await loom(["stats", "--fail-if", "erors > 0", files.path("missing.jsonl")])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /--fail-if "erors > 0", at character 1: unknown quantity "erors"; use one of mean, min, max, count, spans, errors, /
    )
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
    ["  nope > 1", "at character 3: unknown quantity \"nope\"; use one of errors, p95_ms, traces"],
    ["constructor > 1", "at character 1: unknown quantity \"constructor\"; use one of errors, p95_ms, traces"],
    ["p95_ms > 1", "at character 7: \"p95_ms\" needs a name: write p95_ms(NAME)"],
    ["traces(a) > 1", "at character 7: \"traces\" does not take a name"],
    ["errors > 1 and traces > 2", "at character 12: expected \"or\" or the end"],
    ["errors > 1 or", "at character 14: expected a quantity, but the text ends"]
  ])("reports the position of the error in %j", (text, message) => {
    expect(problem(text)).toBe(message)
  })

  it("gives all comparisons and accepts any name", () => {
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
  it.each([[null, "–"], [0, "$0.00"], [12.345, "$12.35"], [0.034307, "$0.0343"], [0.00000012, "$0.00000012"], [
    -1.5,
    "-$1.50"
  ]])(
    "writes %s dollars as %s",
    (value, text) => {
      expect(dollars(value)).toBe(text)
    }
  )

  it.each([[0.04, "0.0ms"], [999, "999.0ms"], [14_552, "14.6s"], [61_000, "1m 01s"], [3_660_000, "1h 01m"]])(
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

  it("rejects an attribute condition without a key", () => {
    expect(Either.isLeft(attributeCondition.read("=1"))).toBe(true)
  })
})
