/**
 * Every export and each of its members has a docstring: hovers are the API reference.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { type Documented, documentedIn } from "./undocumented.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${repository}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  repository
)

const { exports } = JSON.parse(readFileSync(`${repository}package.json`, "utf8"))

/** The sources of the entry points, by the names under which they are imported. */
const entryPoints = new Map(
  Object.values<{ readonly types?: string }>(exports).flatMap(({ types }) =>
    types === undefined ? [] : [[types, repository + types.replace("./dist/", "src/").replace(".d.ts", ".ts")]]
  )
)

describe("docstrings", { timeout: 60_000 }, () => {
  let found: ReadonlyMap<string, Documented>
  beforeAll(() => {
    found = documentedIn([...entryPoints.values()], `${repository}src/`, options)
  }, 60_000)

  it.each([...entryPoints])("of %s are complete", (_, module) => {
    const { seen, undocumented } = found.get(module)!
    expect(seen.length).toBeGreaterThan(30)
    expect(undocumented).toEqual([])
  })
})

describe("the search for docstrings", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "loom-docstrings-"))
  afterAll(() => rmSync(folder, { recursive: true }))

  const undocumentedIn = (source: string, others: { readonly [file: string]: string } = {}): ReadonlyArray<string> => {
    for (const [file, text] of Object.entries({ ...others, "index.ts": source })) {
      writeFileSync(join(folder, file), text)
    }
    const module = join(folder, "index.ts")
    const { types: _, ...own } = options
    return documentedIn([module], folder, { ...own, types: [] }).get(module)!.undocumented
  }

  it("finds exports of any kind without one", () => {
    const source = "export const a = 1; export interface B {}; export type C = string; export class D {}"
    expect(undocumentedIn(source)).toEqual(["a", "B", "C", "D"])
  })

  it("finds members without one: of interfaces, classes, objects, and each part of a union", () => {
    expect(undocumentedIn(`
/** Documented. */ export interface A {
  x: number
  /** Documented. */ y: number
}
/** Documented. */ export class B { x = 1; static y = 2; #own = 3; private other = this.#own; protected third = this.other }
/** Documented. */ export const c = {
  x: 1,
  /** Documented. */ y: 2
}
/** Documented. */ export type D = { kind: "one"; x: number } | { kind: "two"; y: number }
/** Documented. */ export class E extends Error { override readonly message = "said" }`)).toEqual(
      ["A.x", "B.x", "B.y", "c.x", "D.x", "D.y"]
    )
  })

  it("follows re-exports: under the same name, another name, or as a namespace", () => {
    const other = "/** Documented. */ export const a = 1\nexport const b = 2"
    expect(undocumentedIn("export { a, b, b as c } from \"./other.js\"", { "other.ts": other })).toEqual(["b", "c"])
    expect(undocumentedIn("export * as All from \"./other.js\"", { "other.ts": `/** A file. */\n${other}` }))
      .toEqual(["All.b"])
  })

  it("finds overloads without one: of properties, functions and methods", () => {
    expect(undocumentedIn(`
/** Documented. */ export class A {
  /** Documented. */ static x: { (a: 1): 1; (a: 2): 2 }
  /** Documented. */ static y: {
    /** Documented. */ (a: 1): 1
    /** Documented. */ (a: 2): 2
  }
}
/** Documented. */ export function b(a: 1): void
export function b(a: 2): void
export function b(_: number) {}`)).toEqual(["b", "A.x"])
  })

  it("ignores declarations of other packages", () => {
    expect(undocumentedIn("/** Documented. */ export class A extends Map<string, string> {}")).toEqual([])
  })
})
