/**
 * Links between pages lead to an existing heading in a file that the package ships.
 */
import { expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path/posix"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../../", import.meta.url))

const read = (path: string): string => readFileSync(repository + path, "utf8")

const packed: ReadonlyArray<string> = JSON.parse(read("package.json")).files

const isShipped = (path: string): boolean =>
  existsSync(repository + path) && packed.some((file) => path === file || path.startsWith(`${file}/`))

/** The anchor of a heading in a URL. */
const anchorOf = (heading: string): string =>
  heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")

const prose = (path: string): string => read(path).replace(/^ *```.*?^ *```$/gms, "")

const anchorsOf = (path: string): ReadonlyArray<string> =>
  [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))

const pages = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(`${repository}docs`).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`)
]

/** The broken links of a page. */
const deadLinks = (page: string): ReadonlyArray<string> =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => {
    if (/^[a-z]+:/.test(link)) {
      return false
    }
    const [path, anchor] = link.split("#") as [string, string?]
    const target = path === "" ? page : join(dirname(page), path)
    return !isShipped(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
  })

it.each(pages)("%s has no broken links", (page) => {
  expect(deadLinks(page)).toEqual([])
})
