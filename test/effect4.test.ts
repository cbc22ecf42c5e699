/**
 * How the sources of the Effect 4 line are generated: changes in `src/` are picked up automatically, and patches that no longer fit are reported by
 * name.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
// @ts-expect-error: plain JavaScript.
import { pageOnFour } from "../v4/port/pages.mjs"
// @ts-expect-error: plain JavaScript.
import { applyPatch } from "../v4/port/patches.mjs"
// @ts-expect-error: plain JavaScript.
import { rename } from "../v4/port/rename.mjs"
// @ts-expect-error: plain JavaScript.
import { makeAll, ported, readReplaced } from "../v4/port/sources.mjs"
// @ts-expect-error: plain JavaScript.
import { versionOnFour } from "../v4/port/version.mjs"

describe("the sources of the Effect 4 line", () => {
  it("are generated from the current src/ without manual work", () => {
    expect(makeAll().problems).toEqual([])
  })

  it("have the corresponding package version, and the same entry points and command", () => {
    const [three, four] = ["../package.json", "../v4/package.json"].map((path) =>
      JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { readonly [key: string]: unknown }
    )
    expect(four!["version"]).toBe(versionOnFour(three!["version"]))
    for (const key of ["exports", "bin"]) {
      expect(four![key]).toEqual(three![key])
    }
    expect(four!["publishConfig"]).toMatchObject({ tag: "effect4" })
  })

  it("use all of src/records/ unpatched", () => {
    const byHand = [...Object.keys(readReplaced()), ...makeAll().patched]
    expect(byHand.filter((path) => path.startsWith("src/records/"))).toEqual(["src/records/requiresEffect4.ts"])
    expect(ported()).toContain("src/records/SpanRecord.ts")
  })

  it("report which file changed under an overlay", () => {
    const [path] = Object.entries(readReplaced()).find(([, digest]) => digest !== null)!
    const { problems } = makeAll({ [path]: "// another text" })
    expect(problems).toEqual([expect.stringContaining(`${path} changed since v4/overlay/${path} was written for it`)])
  })

  it("report which patch no longer fits a changed file", () => {
    const { problems } = makeAll({ "src/telemetry/report.ts": "// another text" })
    expect(problems).toEqual([
      expect.stringMatching(
        /^v4\/patches\/src\/telemetry\/report\.ts\.patch does not fit src\/telemetry\/report\.ts any more/
      )
    ])
  })

  it("include a change in src/records/", () => {
    const { files, problems } = makeAll({
      "src/records/SpanRecord.ts": "export interface Changed { readonly since: Date }\n"
    })
    expect(problems).toEqual([])
    expect(files.get("src/records/SpanRecord.ts")).toBe("export interface Changed { readonly since: Date }\n")
  })
})

describe("the version of the Effect 4 line", () => {
  it.each([["0.1.0", "0.401.0"], ["0.12.3", "0.412.3"], ["1.0.0", "401.0.0"], ["2.3.4", "402.3.4"]])(
    "for %s is %s, which no range of the other line includes",
    (three, four) => {
      expect(versionOnFour(three)).toBe(four)
    }
  )
})

describe("a patch", () => {
  const patch = "@@\n one\n-two\n+2\n"

  it("replaces lines wherever they are", () => {
    expect(applyPatch("zero\none\ntwo\nthree", patch)).toBe("zero\none\n2\nthree")
  })

  it("is rejected if its lines are missing or occur twice", () => {
    expect(() => applyPatch("one\n2", patch)).toThrow(/are no longer in the file:\n {4}one\n {4}two/)
    expect(() => applyPatch("one\ntwo\none\ntwo", patch)).toThrow(/occur 2 times/)
  })
})

describe("the renaming rules", () => {
  it.each([
    ["Effect.zipRight(a, b)", "Effect.andThen(a, b)"],
    ["class A extends Context.Tag(\"a\")<A, B>() {}", "class A extends Context.Service<A, B>()(\"a\") {}"],
    ["Effect.repeatN(a(1, \")\"), 3)", "Effect.repeat(a(1, \")\"), { times: 3 })"],
    ["Effect.tap(a, ({ n }) => { sum += n })", "Effect.tap(a, ({ n }) => Effect.sync(() => { sum += n }))"],
    ["Effect.tap(a, () => { return b })", "Effect.tap(a, () => { return b })"],
    [
      "Effect.timeoutFail(a, { duration: 1, onTimeout: () => new B({}) })",
      "Effect.timeoutOrElse(a, { duration: 1, orElse: () => Effect.fail(new B({})) })"
    ],
    ["a.pipe(Effect.repeatN(3))", "a.pipe(Effect.repeat({ times: 3 }))"],
    ["Effect.reduce(all, 0, add)", "Effect.reduce(all, () => 0, add)"],
    [
      "import * as Either from \"effect/Either\"\nEither.left(1)",
      "import * as Result from \"effect/Result\"\nResult.fail(1)"
    ],
    ["import { FileSystem } from \"@effect/platform\"\n", "import * as FileSystem from \"effect/FileSystem\"\n"]
  ])("translate %s to Effect 4", (before, after) => {
    expect(rename(before)).toBe(after)
  })

  it("do not change text that is already renamed", () => {
    const once = rename(
      "Effect.fork(a)\nEffect.catchAll(a, b)\nDuration.decode(1)\nLayer.scoped(A, a)\nDuration.format(a)\nEffect.tap(() => { n++ })"
    )
    expect(rename(once)).toBe(once)
  })
})

describe("the documentation of the Effect 4 line", () => {
  it("has its programs and the packages to install in the names of Effect 4", () => {
    const quickStart = readFileSync(new URL("../docs/getting-started.md", import.meta.url), "utf8")
    const page: string = pageOnFour("docs/getting-started.md", quickStart)
    expect(page).toContain("npm install @effect/platform-node@4\n")
    expect(page).toContain("npm install --save-dev vitest@5 @effect/vitest@4\n")
    expect(page).toContain("@effect/opentelemetry@4 @opentelemetry/sdk-trace-node@2 @opentelemetry/sdk-metrics@2 ")
    expect(page).toContain("import * as Tool from \"effect/ai/Tool\"")
    expect(page).not.toContain("@effect/ai")
  })

  it("links to the repository for a file that the package does not have", () => {
    const markdown = "[here](../README.md#install), [there](../examples/20-real-model.ts)"
    expect(pageOnFour("docs/models.md", markdown, (path: string) => path === "README.md")).toBe(
      "[here](../README.md#install), [there](https://github.com/loom-telemetry/loom-telemetry/blob/main/examples/20-real-model.ts)"
    )
  })

  it("leaves the commands and programs of vendors without a layer for Effect 4", () => {
    const markdown = "```sh\nnpm install effect@3 @effect/ai-openai@0.41\n```\n"
    expect(pageOnFour("docs/models.md", markdown)).toBe(markdown)
  })
})
