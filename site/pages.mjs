/**
 * Copies the pages of the repository to pages/, in the same folders, and makes a page of each example.
 *
 * Links to what is no page are changed: an example is its page, a folder its list, anything else a file of the site.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const repository = fileURLToPath(new URL("../", import.meta.url))
const pages = fileURLToPath(new URL("./pages/", import.meta.url))

const read = (path) => readFileSync(join(repository, path), "utf8")

const write = (path, text) => {
  mkdirSync(dirname(join(pages, path)), { recursive: true })
  writeFileSync(join(pages, path), text)
}

const listed = (folder, ending) => readdirSync(join(repository, folder)).filter((file) => file.endsWith(ending))

/** Files that are served as they are. */
const files = ["llms.txt", "schema/records.json"]

const linked = (markdown) =>
  markdown
    .replace(/\]\(((?:\.\.\/)*)(examples\/[\w.-]+)\.ts\)/g, "]($1$2.md)")
    .replace(/\]\(((?:\.\.\/)*)(examples|docs\/decisions)\)/g, "]($1$2/index.md)")
    // Vite takes a path for a package otherwise.
    .replace(/(src|srcset)="docs\//g, "$1=\"./docs/")
    .replace(/\]\((\.\.\/)README\.md/g, "]($1index.md")
    .replace(/\]\((?:\.\.\/)*(llms\.txt|schema\/records\.json)\)/g, "](/$1)")

const copyPage = (path, to = path) => write(to, linked(read(path)))

const title = (path) => /^# (.*)$/m.exec(read(path))[1]

const list = (name, links) => `# ${name}\n\n${links.map(([text, path]) => `- [${text}](${path})`).join("\n")}\n`

/** An example with its comment, which says what it is. */
const example = (file) => {
  const code = read(`examples/${file}`)
  return `# ${basename(file, ".ts")}\n\n\`\`\`ts\n${code}\`\`\`\n`
}

rmSync(pages, { recursive: true, force: true })

copyPage("README.md", "index.md")
for (const page of ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "skills/loom-telemetry/SKILL.md"]) {
  copyPage(page)
}
for (const page of listed("docs", ".md")) {
  copyPage(`docs/${page}`)
}
const decisions = listed("docs/decisions", ".md").map((file) => `docs/decisions/${file}`)
decisions.forEach((page) => copyPage(page))
write("docs/decisions/index.md", list("Decisions", decisions.map((page) => [title(page), basename(page)])))

const examples = listed("examples", ".ts")
for (const file of examples) {
  write(`examples/${basename(file, ".ts")}.md`, example(file))
}
write("examples/index.md", list("Examples", examples.map((file) => [file, `${basename(file, ".ts")}.md`])))

cpSync(join(repository, "docs/images"), join(pages, "docs/images"), { recursive: true })
for (const folder of ["docs/grafana", "docs/collector", "docs/sql"]) {
  cpSync(join(repository, folder), join(pages, "public", folder), { recursive: true })
}
for (const file of files) {
  mkdirSync(dirname(join(pages, "public", file)), { recursive: true })
  copyFileSync(join(repository, file), join(pages, "public", file))
}
