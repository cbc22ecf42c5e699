/**
 * What a shell has to know to complete a command: its options and what stands behind them, taken from what the command says about itself.
 *
 * `@effect/cli` writes completions too; those do not know a program with a hyphen in its name, offer choices as one word, and no files.
 */
import type { CommandDescription } from "../help.js"

/** What stands behind an option: nothing, a file, one of these words, or something that nobody can guess. */
export type Operand = "none" | "file" | "free" | ReadonlyArray<string>

/** An option, as it can be completed. */
export interface CompletedOption {
  /** `-o` and `--out`. */
  readonly names: ReadonlyArray<string>
  readonly operand: Operand
  readonly text: string
}

/** A command, as it can be completed. */
export interface CompletedCommand {
  readonly name: string
  readonly summary: string
  readonly options: ReadonlyArray<CompletedOption>
}

const help: CompletedOption = { names: ["-h", "--help"], operand: "none", text: "Show the help" }

/** What can be completed of a command. */
export const completed = ({ name, options, summary }: CommandDescription): CompletedCommand => ({
  name,
  summary,
  options: [...options.map(([term, text]) => ({ ...optionOf(term), text })), help]
})

/** `(-o, --out FILE)`, `--by name|tool`, `--json`. */
const optionOf = (term: string): Pick<CompletedOption, "names" | "operand"> => {
  const words = term.replace(/[()]|\.\.\.$/g, "").split(/,? /)
  const names = words.filter((word) => word.startsWith("-"))
  return { names, operand: operandOf(words.slice(names.length).join(" ")) }
}

const operandOf = (word: string): Operand =>
  word === "" ? "none" : word === "FILE" ? "file" : word.includes("|") ? word.split("|") : "free"

/** A text in single quotes, as all shells take it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
