/**
 * llms.txt and the skill for coding agents mention only what exists.
 */
import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { commands } from "../../src/cli/commands/index.js"
import { namesOf } from "../../src/cli/options.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))

const read = (path: string): string => readFileSync(repository + path, "utf8")

const manifest = JSON.parse(read("package.json"))

const llms = read("llms.txt")

const links = [...llms.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path!)

describe("llms.txt", () => {
  it("follows the convention: a title, a summary, notes, and sections of links", () => {
    const [title, empty, summary, ...rest] = llms.split("\n")
    expect([title, empty]).toEqual(["# loom-telemetry", ""])
    expect(summary).toMatch(/^> .{40,}/)
    const sections = rest.join("\n").split(/^## /m).slice(1)
    expect(sections.map((section) => section.split("\n")[0])).toEqual(["Start", "Reference", "Optional"])
    for (const line of sections.flatMap((section) => section.split("\n").slice(1)).filter((line) => line !== "")) {
      expect(line).toMatch(/^- \[[^\]]+\]\([^)]+\)(: .+)?$/)
    }
  })

  it("links only to existing files of the package", () => {
    expect(links.filter((path) => !existsSync(repository + path))).toEqual([])
    const isPacked = (path: string) =>
      manifest.files.some((file: string) => path === file || path.startsWith(`${file}/`))
    expect(links.filter((path) => !isPacked(path))).toEqual([])
  })

  it("links to every page for users, once", () => {
    expect(links.filter((path, index) => links.indexOf(path) !== index)).toEqual([])
    const pages = readdirSync(`${repository}docs`).filter((file) => file.endsWith(".md")).map((file) => `docs/${file}`)
    expect(pages.filter((page) => !links.includes(page))).toEqual([])
  })

  it("names the same peers as README, and only existing entry points and layers", () => {
    const [install] = /npm install loom-telemetry [^`\n]+/.exec(llms)!
    expect(read("README.md")).toContain(install)
    const subpaths = [...llms.matchAll(/`loom-telemetry\/([a-z]+)`/g)].map(([, name]) => `./${name}`)
    expect(subpaths.length).toBeGreaterThan(1)
    expect(subpaths.filter((subpath) => !(subpath in manifest.exports))).toEqual([])
    const sources = ["index.ts", "otel/index.ts", "testing/index.ts"].map((path) => read(`src/${path}`)).join("")
    const layers = [...llms.matchAll(/\b(\w+Live|\w+Telemetry)\b/g)].map(([, name]) => name!)
    expect(layers.filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([])
  })
})

const skill = read("skills/loom-telemetry/SKILL.md")

/** The arguments of each `npx loom-telemetry` in code. */
const calls = [...skill.matchAll(/npx loom-telemetry ([^`\n]*)/g)].map(([, words]) => words!.split(" "))

/** The options of a command. */
const optionsOf = (name: string): ReadonlySet<string> => {
  const command = commands.find((each) => each.name === name)
  return new Set(Object.entries(command?.options ?? {}).flatMap(([option, spec]) => namesOf(option, spec)))
}

describe("the skill", () => {
  it("has its name and when to use it in its front matter", () => {
    const [, head] = /^---\n([^]*?)\n---\n/.exec(skill)!
    expect(head).toMatch(/^name: loom-telemetry$/m)
    const [, description] = /^description: (.*)$/m.exec(head!)!
    expect(description!.length).toBeGreaterThan(100)
    // Coding agents set this limit.
    expect(description!.length).toBeLessThanOrEqual(1024)
  })

  it("uses only existing commands with existing options", () => {
    const named = calls.filter(([command]) => command !== "COMMAND")
    expect(named.length).toBeGreaterThan(10)
    for (const [command = "", ...words] of named) {
      const options = words.filter((word) => /^--?[a-z]/.test(word))
      expect([command, commands.some(({ name }) => name === command)]).toEqual([command, true])
      expect([command, options.filter((option) => !optionsOf(command).has(option))]).toEqual([command, []])
    }
  })

  it("mentions only options that some command has", () => {
    const known = new Set(commands.flatMap(({ name }) => [...optionsOf(name)]))
    const named = [...skill.matchAll(/`(--[a-z-]+)/g)].map(([, option]) => option!)
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((option) => !known.has(option))).toEqual([])
  })
})
