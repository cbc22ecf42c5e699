/**
 * Every link of the built site leads to one of its files, and an anchor to an element there: the build fails where one does not.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const dist = fileURLToPath(new URL("./dist/", import.meta.url))

const pages = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"))
const texts = new Map(pages.map((page) => [join(dist, page), readFileSync(join(dist, page), "utf8")]))

const decoded = (text) => decodeURIComponent(text.replaceAll("&amp;", "&"))

const idsOf = (text) => new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => decoded(id)))
const ids = new Map([...texts].map(([file, text]) => [file, idsOf(text)]))

/** The file that a path names: itself, with `.html`, or the index of a folder. */
const fileOf = (path) =>
  [path, `${path}.html`, join(path, "index.html")].find((file) => /\.\w+$/.test(file) && existsSync(file))

const dead = [...texts].flatMap(([file, text]) =>
  [...text.matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, href]) => href).filter((href) => {
    if (/^[a-z]+:/.test(href)) {
      return false
    }
    const [path, anchor] = decoded(href).split("#")
    const target = path === "" ? file : fileOf(path.startsWith("/") ? join(dist, path) : join(dirname(file), path))
    return target === undefined || (anchor !== undefined && anchor !== "" && !ids.get(target)?.has(anchor))
  }).map((href) => `${relative(dist, file)}: ${href}`)
)

if (dead.length > 0) {
  console.error(`${dead.length} dead links:\n${dead.join("\n")}`)
  process.exit(1)
}
console.log(`${pages.length} pages, no dead links`)
