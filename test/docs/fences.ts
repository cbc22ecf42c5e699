/**
 * Finds the fenced TypeScript blocks of a Markdown page.
 *
 * A block opens with three backticks and `ts`. Blocks with `ts no-run` are type-checked but not run. Blocks that import a test runner are test files.
 */

/** One block. */
export interface Fence {
  /** The page, relative to the repository. */
  readonly page: string
  /** The line number of its first line of code, from 1. */
  readonly line: number
  readonly code: string
  readonly use: "run" | "test" | "check"
}

const opening = /^( *)```(?:ts|typescript)(?: +(.*))?$/

/** The blocks of a page, in order. Throws if there is an unknown word after `ts`, which may be a misspelled `no-run`. */
export const fencesOf = (page: string, markdown: string): ReadonlyArray<Fence> => {
  const lines = markdown.split("\n")
  return lines.flatMap((line, index) => {
    const open = opening.exec(line)
    if (open === null) {
      return []
    }
    const [, indent, flags = ""] = open
    if (flags !== "" && flags !== "no-run") {
      throw new Error(
        `${page}:${index + 1}: ${JSON.stringify(flags)} is not supported after \`ts\`; use \`no-run\` or nothing`
      )
    }
    const end = lines.indexOf(`${indent}\`\`\``, index + 1)
    if (end < 0) {
      throw new Error(`${page}:${index + 1}: the block is not closed`)
    }
    const code = lines.slice(index + 1, end).map((each) => each.slice(indent!.length)).join("\n")
    const use = flags === "no-run" ? "check" : /from "(@effect\/)?vitest"/.test(code) ? "test" : "run"
    return [{ page, line: index + 2, code, use }]
  })
}
