/**
 * The site of pages/: its sidebar is the list of pages in README.md, and the reference.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "vitepress"

// Files that are served as they are, not pages.
process.env.VITE_EXTRA_EXTENSIONS = "sql"

const read = (path) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8")

const { bugs, repository } = JSON.parse(read("../../package.json"))
const github = repository.url.replace(/^git\+|\.git$/g, "")

/** The groups of README's section "Documentation": a line that is no item names a group, an item has links. */
const groups = () => {
  const [, section] = /^## Documentation\n([^]*)/m.exec(read("../pages/index.md"))
  const found = []
  for (const line of section.split("\n")) {
    if (/^\w/.test(line) && !line.includes("](")) {
      found.push({ text: line, collapsed: found.length > 0, items: [] })
    } else if (line.startsWith("- ") && found.length > 0) {
      for (const [, text, link] of line.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)) {
        found.at(-1).items.push({ text: text[0].toUpperCase() + text.slice(1), link: `/${link.replace(/^\//, "")}` })
      }
    }
  }
  return found
}

/** The entry points, from the reference's own list. */
const reference = () =>
  [...read("../pages/reference/index.md").matchAll(/^- \[([^\]]+)\]\(([^)]+)\)/gm)]
    .map(([, text, link]) => ({ text, link: `/reference/${link}` }))
    .sort((a, b) => a.text.localeCompare(b.text))

/** As on GitHub, so that the links of the pages work in both places. */
const slugify = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replaceAll(" ", "-")

export default defineConfig({
  title: "loom-telemetry",
  description:
    "Telemetry for LLM agents on Effect: every run, turn, model call and tool call, with time, tokens and cost.",
  srcDir: "pages",
  outDir: "dist",
  cacheDir: ".vitepress/cache",
  lastUpdated: false,
  // A dead link fails the build; links.mjs looks at the anchors, too.
  ignoreDeadLinks: false,
  markdown: { anchor: { slugify } },
  themeConfig: {
    nav: [
      { text: "Quick start", link: "/docs/getting-started" },
      { text: "Reference", link: "/reference/" },
      { text: "Examples", link: "/examples/" },
      { text: "Changes", link: "/CHANGELOG" }
    ],
    sidebar: {
      "/reference/": [{ text: "Reference", link: "/reference/", items: reference() }],
      "/": groups()
    },
    outline: [2, 3],
    // A guide explains what examples, decisions and the reference only mention, so it comes first.
    search: {
      provider: "local",
      options: {
        miniSearch: { searchOptions: { boostDocument: (id) => /^\/docs\/[^/]+$/.test(id) ? 1 : 0.2 } }
      }
    },
    socialLinks: [{ icon: "github", link: github }],
    footer: { message: `MIT licence. <a href="${bugs}">Issues</a>` }
  }
})
