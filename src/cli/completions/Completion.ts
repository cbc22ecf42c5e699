/**
 * What a shell has to know to complete a command: its options and what stands behind them, taken from what the command says about itself.
 *
 * `@effect/cli` writes completions too; those do not know a program with a hyphen in its name, offer choices as one word, and no files.
 */
import { type DeclaredOption, declaredOption } from "../declared.js"
import type { CommandDescription } from "../help.js"

/** An option, as it can be completed. */
export interface CompletedOption extends Pick<DeclaredOption, "names" | "operand"> {
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
  options: [...options.map(([term, text]) => ({ ...declaredOption(term), text })), help]
})

/** A text in single quotes, as all shells take it. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
