/**
 * How words become options and arguments, by the table of a command.
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

/** Words that do not ask for help. */
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

  it("takes short options in one word, the last with its value", () => {
    expect(read("-sp")).toMatchObject({ salt: true, pepper: true })
    expect(read("-spt4", "-wx=1")).toMatchObject({ salt: true, pepper: true, times: 4, with: ["x=1"] })
    expect(read("-st", "4")).toMatchObject({ salt: true, times: 4 })
  })

  it("takes everything after -- as an argument", () => {
    expect(read("-s", "--", "-p", "--", "--help")).toEqual({ ...nothing, salt: true, files: ["-p", "--", "--help"] })
  })

  it("checks nothing else when help is asked for", () => {
    expect(read("--nope", "--times", "many", "-sh", "x")).toEqual({ help: true, files: ["x"] })
  })

  it("takes any value, in one word or in two", () => {
    fc.assert(fc.property(fc.string().filter((value) => value !== "--"), (value) => {
      expect(read("--with", value)).toEqual({ ...nothing, with: [value] })
      expect(read(`--with=${value}`)).toEqual({ ...nothing, with: [value] })
    }))
  })

  it.each(commands.map((command) => [command.name, command] as const))(
    "of any words ends with a value or a message: %s",
    (_, command) => {
      fc.assert(fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const result = parse(command, words)
        expect(Either.isRight(result) || result.left.message !== "").toBe(true)
      }))
    }
  )

  it.each([
    ["--slat", "Unknown option --slat. Did you mean --salt?"],
    ["--peper=1", "Unknown option --peper. Did you mean --pepper?"],
    ["-salt", "Unknown option -salt. Did you mean --salt?"],
    ["-x", "Unknown option -x; see `loom-telemetry cook --help`"],
    ["-kx: secret", "Unknown option -kx; see `loom-telemetry cook --help`"],
    ["--hasOwnProperty", "Unknown option --hasOwnProperty; see `loom-telemetry cook --help`"],
    ["-ss", "Give --salt only once"],
    ["-t1 --times=1", "Give --times only once"],
    ["--salt=yes", "--salt takes no value"],
    ["--times", "--times needs a value: --times N"],
    ["-t -- 4", "-t needs a value: -t N"],
    ["--times=", "--times \"\": expected a whole number, 0 or more"],
    ["-t-4", "-t \"-4\": expected a whole number, 0 or more"],
    ["--how rare", "--how \"rare\": expected raw or well"],
    ["--for soon", "--for \"soon\": expected a duration such as 250ms, 1.5s or 2m"],
    ["--key=secret", "--key: expected a key"]
  ])("names what is wrong with %s", (words, message) => {
    expect(problem(...(words.startsWith("-k") ? [words] : words.split(" ")))).toBe(message)
  })

  it("counts arguments that are not optional", () => {
    const named = (...words: ReadonlyArray<string>) =>
      Either.mapLeft(
        parse({ ...syntax, arguments: ["A", "B"].map((name) => ({ name, description: "" })) }, words),
        ({ message }) => message
      )
    expect(named("a", "b")).toEqual(Either.right({ ...nothing, files: ["a", "b"] }))
    expect(named("a")).toEqual(Either.left("Missing argument B; see `loom-telemetry cook --help`"))
    expect(named("a", "b", "c")).toEqual(Either.left("Unexpected argument \"c\"; see `loom-telemetry cook --help`"))
  })
})

describe("the tables of the commands", () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    "have defaults that can be read, short names of their own, and examples that parse: %s",
    (name, { arguments: args, examples, options }) => {
      const shorts = Object.values<OptionSpec>(options).flatMap(({ short }) => short ?? [])
      expect(new Set(shorts).size).toBe(shorts.length)
      for (const example of examples) {
        const [first, ...words] = example.replace(/ [|>] .*/, "").match(/"[^"]*"|\S+/g)!.map((each) =>
          each.replaceAll("\"", "")
        )
        expect(first).toBe(name)
        const given = Either.getOrThrow(parse({ name, arguments: args, options }, words))
        expect(given.files.every((file) => /\.jsonl(\.gz)?$/.test(file))).toBe(true)
      }
    }
  )
})
