/**
 * `--help`: what a command does, its options and examples, wrapped to the terminal.
 */
import { type Argument, type Command, common, type Syntax } from "./command.js"
import { namesOf, type OptionSpec } from "./options.js"
import { wrapped } from "./output/table.js"

export interface HelpStyle {
  readonly width: number
  readonly color: boolean
}

/** Wider lines are hard to read. */
const maxWidth = 100

/** The description of a longer term starts on the next line. */
const maxTerm = 28

type Term = readonly [term: string, description: string]

const optionTerm = ([name, option]: readonly [string, OptionSpec]): Term => {
  const { default: defaultValue, description, repeated, required, type } = option
  const value = type === undefined ? "" : ` ${type.placeholder}${repeated === true ? "..." : ""}`
  const note = required === true ? " (required)" : defaultValue === undefined ? "" : ` (default: ${defaultValue})`
  return [`${namesOf(name, option).join(", ")}${value}`, description + note]
}

const argumentTerm = ({ description, name, repeated }: Argument): Term => [
  repeated === true ? `${name}...` : name,
  description
]

const termLines = (terms: ReadonlyArray<Term>, width: number): ReadonlyArray<string> => {
  const room = Math.min(maxTerm, Math.max(...terms.map(([term]) => term.length)))
  const indent = " ".repeat(room + 4)
  return terms.flatMap(([term, text]) => {
    const lines = wrapped(text, Math.max(20, width - indent.length)).map((line) => indent + line)
    return term.length > room
      ? [`  ${term}`, ...lines]
      : [`  ${term.padEnd(room)}  ${lines[0]!.slice(indent.length)}`, ...lines.slice(1)]
  })
}

/** The sections under their headings, without empty ones. */
const page = (sections: { readonly [heading: string]: ReadonlyArray<string> }, { color }: HelpStyle): string =>
  Object.entries(sections).filter(([, lines]) => lines.length > 0).map(([heading, lines]) =>
    [...(heading === "" ? [] : [color ? `\u001b[1m${heading}\u001b[0m` : heading]), ...lines, ""].join("\n")
  ).join("\n")

/** The help of one command. The common options come last. */
export const commandHelp = (command: Command, style: HelpStyle): string => {
  const width = Math.min(maxWidth, style.width)
  const options = Object.entries(command.options)
  const own = options.filter(([name]) => !Object.hasOwn(common, name))
  const shared = options.filter(([name]) => Object.hasOwn(common, name))
  const usage = command.arguments.map(({ name, repeated }) => repeated === true ? `[${name}]...` : name)
  return page({
    "": [`${command.summary}.`, "", ...wrapped(command.details, width)],
    Usage: [`  ${["loom-telemetry", command.name, "[OPTIONS]", ...usage].join(" ")}`],
    Arguments: termLines(command.arguments.map(argumentTerm), width),
    Options: own.length === 0 ? [] : termLines(own.map(optionTerm), width),
    "Common options": termLines(shared.map(optionTerm), width),
    Examples: command.examples.map((example) => `  loom-telemetry ${example}`)
  }, style)
}

const introduction =
  "Shows traces of LLM agents as a tree, a table or an HTML page. Reads JSON Lines from loom-telemetry, LoomFlow " +
  "and OpenTelemetry, plain or gzipped. Without a file, or with -, reads standard input."

const exitCodes: ReadonlyArray<Term> = [
  ["0", "success"],
  ["1", "a check failed: --fail-if, --fail, doctor or cassette check"],
  ["2", "invalid command line"],
  ["3", "a file cannot be read or written, or a receiver did not accept the data"]
]

export const overview = (commands: ReadonlyArray<Command>, { options }: Syntax, style: HelpStyle): string => {
  const width = Math.min(maxWidth, style.width)
  return page({
    "": wrapped(introduction, width),
    Usage: ["  loom-telemetry COMMAND [OPTIONS] [FILE]...", "  loom-telemetry COMMAND --help"],
    Commands: termLines(commands.map(({ name, summary }) => [name, summary]), width),
    Options: termLines(Object.entries(options).map(optionTerm), width),
    "Exit codes": termLines(exitCodes, width)
  }, style)
}
