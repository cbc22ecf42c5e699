/**
 * `--help`: what a command answers, its options and examples, as they are declared in its `Command`, fitted to the terminal.
 *
 * `@effect/cli` has a rendering of its own; it spends three lines on an option and most of them on its type.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import { wrapped } from "./output/table.js"

/** What a command says about itself. */
export interface CommandDescription {
  readonly name: string
  /** A few words without a full stop. */
  readonly summary: string
  readonly details: ReadonlyArray<string>
  /** Without the program's name. */
  readonly examples: ReadonlyArray<string>
  readonly arguments: ReadonlyArray<Term>
  readonly options: ReadonlyArray<Term>
}

/** An option or argument, and what it means. */
type Term = readonly [term: string, text: string]

/** How it is drawn. */
export interface HelpLook {
  readonly width: number
  readonly color: boolean
}

/** Wider lines are hard to read. */
const mostColumns = 100

/** Columns of terms at most; a longer one has its description below. */
const mostTerm = 28

type Block =
  | { readonly kind: "heading" | "text"; readonly text: string }
  | { readonly kind: "term"; readonly term: string; readonly text: string }

const spanText = (span: Span.Span): string =>
  span._tag === "Sequence"
    ? spanText(span.left) + spanText(span.right)
    : typeof span.value === "string"
    ? span.value
    : spanText(span.value)

const blocksOf = (doc: HelpDoc.HelpDoc): ReadonlyArray<Block> => {
  switch (doc._tag) {
    case "Sequence":
      return [...blocksOf(doc.left), ...blocksOf(doc.right)]
    case "Header":
      return [{ kind: "heading", text: spanText(doc.value) }]
    case "Paragraph":
      return [{ kind: "text", text: spanText(doc.value) }]
    case "DescriptionList":
      // Of what is said of an option the first paragraph is its type, the second its description.
      return doc.definitions.map(([term, said]) => ({
        kind: "term",
        term: spanText(term).replaceAll(" | ", "|"),
        text: blocksOf(said).at(1)?.text ?? ""
      }))
    default:
      return []
  }
}

/** The blocks below a heading. */
const below = (blocks: ReadonlyArray<Block>, heading: string): ReadonlyArray<Block> => {
  const isHeading = ({ kind, text }: Block) => kind === "heading" && text === heading
  const rest = blocks.slice(blocks.findIndex(isHeading) + 1)
  const end = rest.findIndex(({ kind }) => kind === "heading")
  return blocks.some(isHeading) ? rest.slice(0, end < 0 ? rest.length : end) : []
}

const terms = (blocks: ReadonlyArray<Block>): ReadonlyArray<Term> =>
  blocks.flatMap((block) => block.kind === "term" ? [[block.term, block.text] as const] : [])

const config = CliConfig.make({ showBuiltIns: false, showTypes: false })

/** Reads what a command declares. */
export const describe = <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>): CommandDescription => {
  const blocks = blocksOf(Command.getHelp(command, config))
  const [name = ""] = Command.getNames(command)
  const [summary, ...details] = below(blocks, "DESCRIPTION")
  return {
    name,
    summary: summary?.text ?? "",
    details: details.map(({ text }) => text),
    examples: below(blocks, "EXAMPLES").map(({ text }) => text),
    arguments: terms(below(blocks, "ARGUMENTS")),
    options: terms(below(blocks, "OPTIONS"))
  }
}

const termLines = (terms: ReadonlyArray<Term>, width: number): Array<string> => {
  const room = Math.min(mostTerm, Math.max(...terms.map(([term]) => term.length)))
  return terms.flatMap(([term, text]) => {
    const [first = "", ...more] = wrapped(text, Math.max(20, width - room - 4))
    const rest = more.map((line) => `${" ".repeat(room + 4)}${line}`)
    return term.length > room
      ? [`  ${term}`, `${" ".repeat(room + 4)}${first}`, ...rest]
      : [`  ${term.padEnd(room)}  ${first}`.trimEnd(), ...rest]
  })
}

/** `(-o, --out FILE)` without its brackets, `FILE...` as usual. */
const plainTerm = ([term, text]: Term): Term => [
  term.replace(/^\(([^)]*)\)/, "$1").replace(/^<([^>]*)>/, "$1"),
  text
]

const bold = (text: string, { color }: HelpLook): string => color ? `\u001b[1m${text}\u001b[0m` : text

const sections = (
  parts: ReadonlyArray<readonly [heading: string, lines: ReadonlyArray<string>]>,
  look: HelpLook
): string =>
  parts.filter(([, lines]) => lines.length > 0).map(([heading, lines]) =>
    [...(heading === "" ? [] : [bold(heading, look)]), ...lines, ""].join("\n")
  ).join("\n")

const builtIn = [["-h, --help", "Show this"]] as const

/** The help of one command. `everywhere` are the options that all commands take: they stand apart. */
export const commandHelp = (
  command: CommandDescription,
  everywhere: ReadonlySet<string>,
  look: HelpLook
): string => {
  const width = Math.min(mostColumns, look.width)
  const { arguments: args, details, examples, name, options, summary } = command
  const isCommon = ([term]: Term) => everywhere.has(/--[a-z-]+/.exec(term)?.[0] ?? "")
  const all = options.map(plainTerm)
  const usage = ["loom-telemetry", name, "[OPTIONS]", ...args.map(([term]) => usageOf(term))].join(" ")
  const own = all.filter((term) => !isCommon(term))
  return sections([
    ["", [`${summary}.`, ...details.flatMap((text) => ["", ...wrapped(text, width)])]],
    ["Usage", [`  ${usage}`]],
    ["Arguments", termLines(args.map(plainTerm), width)],
    ["Options", own.length === 0 ? [] : termLines(own, width)],
    ["Options of every command", termLines([...all.filter(isCommon), ...builtIn], width)],
    ["Examples", examples.map((example) => `  loom-telemetry ${example}`)]
  ], look)
}

/** `<FILE>...` may be left out. */
const usageOf = (term: string): string => term.endsWith("...") ? `[${term.slice(1, -4)}]...` : term.slice(1, -1)

/** Options that stand without a command. */
const ofAll = [
  ["--completions bash|zsh|fish", "Print what the shell completes with"],
  ["--version", "Print the version"],
  ...builtIn
] as const

/** The help of all of it. */
export const overview = (what: string, commands: ReadonlyArray<CommandDescription>, look: HelpLook): string => {
  const width = Math.min(mostColumns, look.width)
  const terms = commands.map(({ name, summary }) => [name, summary] as const)
  return sections([
    ["", wrapped(what, width)],
    ["Usage", ["  loom-telemetry COMMAND [OPTIONS] [FILE]...", "  loom-telemetry COMMAND --help"]],
    ["Commands", termLines(terms, width)],
    ["Options", termLines(ofAll, width)],
    [
      "Exit codes",
      termLines([
        ["0", "done"],
        ["1", "done, and --fail-if, --fail or doctor found something"],
        ["2", "the command line is wrong"],
        ["3", "a file cannot be read or written, or a receiver does not take it"]
      ], width)
    ]
  ], look)
}
