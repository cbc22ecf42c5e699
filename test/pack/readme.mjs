/**
 * Reads README.md and the quick start it links to as a user follows them: for each section, the commands to run and the files to save, in order.
 *
 * A TypeScript block is saved under the last file name mentioned above it in its section.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "./manifest.mjs"

const read = (page) => readFileSync(join(repository, page), "utf8")

const readme = read("README.md")

export const markdown = `${readme}\n${read("docs/getting-started.md")}`

const textOf = (heading) => {
  const section = markdown.split(/^## /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) {
    throw new Error(`neither README.md nor the quick start has a section ${JSON.stringify(heading)}`)
  }
  return section
}

const namedAbove = (section, end) => {
  const names = [...section.slice(0, end).matchAll(/`([\w.-]+\.ts)`/g)]
  if (names.length === 0) {
    throw new Error(`no file name is given for a program:\n${section.slice(0, end)}`)
  }
  return names.at(-1)[1]
}

/** The tree at the top. */
export const shownTree = /^```text\n(.*?)^```$/ms.exec(readme)[1]

/** The steps of a section: `{ run }` is a shell command, `{ file, code }` a program to save. */
export const stepsOf = (heading) => {
  const section = textOf(heading)
  return [...section.matchAll(/^```(sh|ts)(?: no-run)?\n(.*?)^```$/gms)].map(({ 1: language, 2: code, index }) =>
    language === "sh" ? { run: code } : { file: namedAbove(section, index), code }
  )
}
