/**
 * Parsing turns words into options and arguments, using the table of a command.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "fast-check"
import type { Syntax } from "../../src/cli/command.js"
import { commands } from "../../src/cli/commands/index.js"
import { choice, duration, type OptionSpec, text, wholeNumber } from "../../src/cli/options.js"
import { parse } from "../../src/cli/parse.js"

const syntax = {
  name: "cook",
  arguments: [{ name: "FILE", repeated: true, description: "" }],
  options: {
    salt: { short: "s", description: "" },
    pepper: { short: "p", description: "" },
    times: { short: "t", type: wholeNumber, default: "3", description: "" },
    with: { short: "w", type: text("NAME"), repeated: true, description: "" },
    for: { type: duration, description: "" },
    how: { type: choice("raw", "well"), description: "" },
    key: { type: { ...text("KEY"), read: () => Either.left("a key"), secret: true }, description: "" },
    help: { short: "h", description: "" }
  }
} as const satisfies Syntax

const read = (...words: ReadonlyArray<string>) => Either.getOrThrow(parse(syntax, words))
const problem = (...words: ReadonlyArray<string>) =>
  Either.match(parse(syntax, words), { onLeft: ({ message }) => message, onRight: () => undefined })

const nothing = {
  salt: false,
  pepper: false,
  times: 3,
  with: [],
  for: undefined,
  how: undefined,
  key: undefined,
  help: false,
  files: []
}

/** Words other than --help. */
const word = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "-",
    "--",
    "--salt",
    "-s",
    "-sp",
    "--times",
    "-t",
    "-t4",
    "--times=4",
    "--with",
    "-w-",
    "--nope",
    "x"
  ),
  fc.string().map((tail) => `-${tail}`),
  fc.string().map((tail) => `--${tail}`)
)

describe("parsing", () => {
  it("gives flags, values, repeated values, defaults and arguments in any order", () => {
    expect(read()).toEqual(nothing)
    expect(read("a", "--salt", "--with", "oil", "-", "-t", "4", "-w", "rice", "--how=well", "--for", "1.5m")).toEqual({
      ...nothing,
      salt: true,
      times: 4,
      with: ["oil", "rice"],
      how: "well",
      for: 90_000,
      files: ["a", "-"]
    })
  })

  it("accepts several short options in one word, the last with its value", () => {
    expect(read("-sp")).toMatchObject({ salt: true, pepper: true })
    expect(read("-spt4", "-wx=1")).toMatchObject({ salt: true, pepper: true, times: 4, with: ["x=1"] })
    expect(read("-st", "4")).toMatchObject({ salt: true, times: 4 })
  })

  it("treats everything after -- as an argument", () => {
    expect(read("-s", "--", "-p", "--", "--help")).toEqual({ ...nothing, salt: true, files: ["-p", "--", "--help"] })
  })

  it("checks nothing else with --help", () => {
    expect(read("--nope", "--times", "many", "-sh", "x")).toEqual({ help: true, files: ["x"] })
  })

  it("accepts any value, with = or a space", () => {
    fc.assert(fc.property(fc.string().filter((value) => value !== "--"), (value) => {
      expect(read("--with", value)).toEqual({ ...nothing, with: [value] })
      expect(read(`--with=${value}`)).toEqual({ ...nothing, with: [value] })
    }))
  })

  it.each(commands.map((command) => [command.name, command] as const))(
    "turns any words into a value or a message: %s",
    (_, command) => {
      fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const result = parse(command, words)
        expect(Either.isRight(result) || result.left.message !== "").toBe(true)
      }))
    }
  )

  it.each([
    ["--slat", "unknown option --slat. Did you mean --salt?"],
    ["--peper=1", "unknown option --peper. Did you mean --pepper?"],
    ["-salt", "unknown option -salt. Did you mean --salt?"],
    ["-x", "unknown option -x; see `loom-telemetry cook --help`"],
    ["-kx: secret", "unknown option -kx; see `loom-telemetry cook --help`"],
    ["--hasOwnProperty", "unknown option --hasOwnProperty; see `loom-telemetry cook --help`"],
    ["-ss", "--salt may be given only once"],
    ["-t1 --times=1", "--times may be given only once"],
    ["--salt=yes", "--salt does not take a value"],
    ["--times", "--times needs a value: --times N"],
    ["-t -- 4", "-t needs a value: -t N"],
    ["--times=", "--times \"\": expected a whole number, 0 or more"],
    ["-t-4", "-t \"-4\": expected a whole number, 0 or more"],
    ["--how rare", "--how \"rare\": expected raw or well"],
    ["--for soon", "--for \"soon\": expected a duration such as 250ms, 1.5s or 2m"],
    ["--key=secret", "--key: expected a key"]
  ])("reports the problem with %s", (words, message) => {
    expect(problem(...(words.startsWith("-k") ? [words] : words.split(" ")))).toBe(message)
  })

  it("reports missing and unexpected arguments", () => {
    const named = (...words: ReadonlyArray<string>) =>
      Either.mapLeft(
        parse({ ...syntax, arguments: ["A", "B"].map((name) => ({ name, description: "" })) }, words),
        ({ message }) => message
      )
    expect(named("a", "b")).toEqual(Either.right({ ...nothing, files: ["a", "b"] }))
    expect(named("a")).toEqual(Either.left("missing argument B; see `loom-telemetry cook --help`"))
    expect(named("a", "b", "c")).toEqual(Either.left("unexpected argument \"c\"; see `loom-telemetry cook --help`"))
  })
})

describe("the options of the commands", () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    "have valid defaults, unique short names and examples that parse: %s",
    (name, { arguments: args, examples, options }) => {
      const shorts = Object.values<OptionSpec>(options).flatMap(({ short }) => short ?? [])
      expect(new Set(shorts).size).toBe(shorts.length)
      for (const example of examples) {
        const [first, ...words] = example.replace(/ [|>] .*/, "").match(/"[^"]*"|'[^']*'|\S+/g)!.map((each) =>
          each.replace(/^(["'])(.*)\1$/, "$2")
        )
        expect(first).toBe(name)
        const given = Either.getOrThrow(parse({ name, arguments: args, options }, words))
        const files = given.files.slice(args.filter((argument) => /^(QUERY|ACTION)$/.test(argument.name)).length)
        expect(files.every((file) => /\.jsonl(\.gz)?$/.test(file))).toBe(true)
      }
    }
  )
})
