import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { blocksOf, runsOf } from "../../../src/viewer/model/content/markdown.js"
import { tooSlowAt, upTo64KiB } from "../../properties/growth.js"
import { answer } from "../talk.js"

describe("Markdown", () => {
  it("separates code, tables and headings from text", () => {
    expect(blocksOf(answer)).toEqual([
      { kind: "heading", text: "## Cause" },
      { kind: "text", text: "Release **4.12.0** cut the pool from `40` to `4`:" },
      { kind: "code", language: "diff", text: "- max: 40\n+ max: 4" },
      { kind: "table", text: "| release | p95 |\n| --- | --- |\n| 4.11.3 | 310 ms |\n| 4.12.0 | 640 ms |" },
      { kind: "text", text: "1. Roll back to 4.11.3.\n2. Add an alert on `pool_wait_seconds`." }
    ])
  })

  it.each([
    ["a fence that is never closed", "```js\nlet a\n\nlet b", [{
      kind: "code",
      language: "js",
      text: "let a\n\nlet b"
    }]],
    ["a fence in a fence", "````\n```\nx\n```\n````", [{ kind: "code", language: "", text: "```\nx\n```" }]],
    ["another kind of fence", "~~~\n```\n~~~", [{ kind: "code", language: "", text: "```" }]],
    ["a fence in a list", "  ```\n  x\n  ```", [{ kind: "code", language: "", text: "  x" }]],
    ["no fence", "``` a `b` ```", [{ kind: "text", text: "``` a `b` ```" }]]
  ])("reads %s", (_, text, blocks) => {
    expect(blocksOf(text)).toEqual(blocks)
  })

  it("leaves links, images and HTML as they were written", () => {
    const text = "[x](javascript:alert(1)) ![y](https://example.invalid/y.png) <b onclick=x>"
    expect(blocksOf(text)).toEqual([{ kind: "text", text }])
    expect(runsOf(text)).toEqual([{ kind: "plain", text }])
  })

  it("marks code and bold in a line", () => {
    expect(runsOf("use **all** of `a*b`, not ** or `")).toEqual([
      { kind: "plain", text: "use " },
      { kind: "bold", text: "all" },
      { kind: "plain", text: " of " },
      { kind: "code", text: "a*b" },
      { kind: "plain", text: ", not ** or `" }
    ])
  })

  it("loses no character that is not a mark", () => {
    const piece = fc.constantFrom("`", "*", "**", "```", "a", " ", "\n", "# ", "|", "~~~")
    fc.assert(fc.property(fc.array(piece).map((pieces) => pieces.join("")), (text) => {
      const letters = (some: string) => some.replace(/[^a]/g, "").length
      const shown = blocksOf(text).map((block) => block.kind === "code" ? block.language + block.text : block.text)
      expect(letters(shown.join(""))).toBe(letters(text))
      const runs = runsOf(text).map((run) => run.text).join("")
      expect(letters(runs)).toBe(letters(text))
    }))
  })

  it.each(["`", "*", "**", "`a", "**a", "```\n", "# \n", "|\n", "~~~ "])(
    "takes linear time for %j repeated many times",
    (piece) => {
      const work = (text: string) => blocksOf(text).forEach(({ text }) => runsOf(text))
      expect(tooSlowAt(work, (length) => piece.repeat(Math.ceil(length / piece.length)), upTo64KiB)).toBeUndefined()
    }
  )
})
