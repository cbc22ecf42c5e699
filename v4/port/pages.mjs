/**
 * The documentation's pages as this line ships them: their TypeScript blocks in the names of Effect 4, their shell blocks with its packages. The sentences are
 * those of the main line; docs/effect-4.md says what differs.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path/posix"
import { leftOutBlocks } from "./leftOut.mjs"
import { rename } from "./rename.mjs"
import { here } from "./sources.mjs"

const { devDependencies, homepage } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"))

const majorOf = (name) => `${name}@${devDependencies[name].split(".")[0]}`

/** By package of the main line, what is installed here; nothing for a part of `effect` itself. */
const packages = {
  "loom-telemetry": "loom-telemetry@effect4",
  effect: majorOf("effect"),
  "@effect/platform": undefined,
  "@effect/ai": undefined,
  "@effect/platform-node": majorOf("@effect/platform-node"),
  // Its peers are optional here, so npm does not install them.
  "@effect/opentelemetry": ["@effect/opentelemetry", "@opentelemetry/sdk-trace-node", "@opentelemetry/sdk-metrics"].map(
    majorOf
  ),
  "@effect/vitest": majorOf("@effect/vitest"),
  vitest: majorOf("vitest")
}

const installOnFour = (command) =>
  /@effect\/ai-/.test(command)
    ? command
    : command.split(" ").flatMap((word) => {
      const name = word.replace(/(?<=.)@.*$/, "")
      return name in packages ? packages[name] ?? [] : [word]
    }).join(" ")

const shellOnFour = (code) => code.replaceAll(/^(?:\$ )?npm install .+$/gm, installOnFour)

const blockOnFour = (block, opening, language, code, closing) =>
  language === "sh"
    ? `${opening}${shellOnFour(code)}${closing}`
    : leftOutBlocks.some(({ uses }) => uses.test(code))
    ? block
    : `${opening}${rename(code)}${closing}`

const blocks = /^(```(ts|sh)\b[^\n]*\n)([^]*?)(^```$)/gm

/** A page of the main line, for this one. A link to a file that `isShipped` denies leads to the repository. */
export const pageOnFour = (path, markdown, isShipped = () => true) =>
  markdown.replaceAll(blocks, blockOnFour).replaceAll(/(?<=\]\()\.\.\/[^)#\s]+/g, (link) => {
    const target = join(dirname(path), link)
    return isShipped(target) ? link : `${homepage.replace("#readme", "")}/blob/main/${target}`
  })

/** Rewrites the pages below a folder of this line's package. */
export const writePages = (folder) => {
  for (const file of readdirSync(join(here, folder), { recursive: true }).filter((each) => each.endsWith(".md"))) {
    const path = join(folder, file)
    const text = readFileSync(join(here, path), "utf8")
    writeFileSync(join(here, path), pageOnFour(path, text, (target) => existsSync(join(here, target))))
  }
}
