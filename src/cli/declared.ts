/**
 * The options that a command declares, read from what its help says of them: the one place that knows them all, for completions and for what is
 * said of wrong ones.
 */

/** What stands behind an option: nothing, a file, a whole number, one of these words, or something that nobody can guess. */
export type Operand = "none" | "file" | "number" | "free" | ReadonlyArray<string>

/** An option. */
export interface DeclaredOption {
  /** `-o` and `--out`; the long one is the last. */
  readonly names: ReadonlyArray<string>
  readonly operand: Operand
  /** Whether it may be given again. */
  readonly repeats: boolean
}

/** Reads `(-o, --out FILE)`, `--by name|tool`, `--attr CONDITION...`, `--json`. */
export const declaredOption = (term: string): DeclaredOption => {
  const words = term.replace(/[()]|\.\.\.$/g, "").split(/,? /)
  const names = words.filter((word) => word.startsWith("-"))
  return { names, operand: operandOf(words.slice(names.length).join(" ")), repeats: term.endsWith("...") }
}

const operandOf = (word: string): Operand =>
  word === ""
    ? "none"
    : word === "FILE"
    ? "file"
    : word === "N"
    ? "number"
    : word.includes("|")
    ? word.split("|")
    : "free"
