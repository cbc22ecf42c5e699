/**
 * README.md as its reader follows it: in a section, what is to be typed into a terminal and what is to be saved as a file, in that order.
 *
 * A TypeScript block is saved under the last file name that stands in the section above it.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "./manifest.mjs"

export const markdown = readFileSync(join(repository, "README.md"), "utf8")

const textOf = (heading) => {
  const section = markdown.split(/^## /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) {
    throw new Error(`README.md has no section ${JSON.stringify(heading)}`)
  }
  return section
}

const namedAbove = (section, end) => {
  const names = [...section.slice(0, end).matchAll(/`([\w.-]+\.ts)`/g)]
  if (names.length === 0) {
    throw new Error(`README.md does not say what file a program goes into:\n${section.slice(0, end)}`)
  }
  return names.at(-1)[1]
}

/** The tree at the top. */
export const shownTree = /^```text\n(.*?)^```$/ms.exec(markdown)[1]

/** The steps of a section: `{ run }` is a text for the shell, `{ file, code }` a program. */
export const stepsOf = (heading) => {
  const section = textOf(heading)
  return [...section.matchAll(/^```(sh|ts)(?: no-run)?\n(.*?)^```$/gms)].map(({ 1: language, 2: code, index }) =>
    language === "sh" ? { run: code } : { file: namedAbove(section, index), code }
  )
}
