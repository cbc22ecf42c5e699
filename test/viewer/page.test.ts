import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { assetsModule, buildAssets } from "../../src/viewer/build.js"
import { escapeData, pageCsp, pageParts, renderPage } from "../../src/viewer/page.js"

const assets = { script: "run()", style: "a{}", scriptHash: "c2NyaXB0", styleHash: "c3R5bGU=" }

describe("the page as text", () => {
  it("allows its own script and style, embedded images, and nothing else", () => {
    expect(pageCsp(assets, false)).toBe(
      "default-src 'none'; script-src 'sha256-c2NyaXB0'; style-src 'sha256-c3R5bGU='; img-src data:; " +
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    expect(pageCsp(assets, true)).toContain("connect-src 'self'")
    expect(renderPage(assets, { title: "x" })).toContain(pageCsp(assets, false))
  })

  it("contains no `<` from title or records", () => {
    const hostile = "</script><script>alert(1)</script><!-- \" & '"
    const html = renderPage(assets, { title: hostile, jsonl: hostile, live: { url: hostile } })
    const own = renderPage(assets, { title: "", live: { url: "" } })
    expect(html.split("<").length).toBe(own.split("<").length)
  })

  it("keeps every record unchanged", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const line = JSON.stringify({
        kind: "span_start",
        name: `<${text}`,
        trace_id: "t",
        span_id: "s",
        parent_span_id: null,
        started_at: "2026-01-01T00:00:00Z",
        attributes: { [`<${text}`]: `<${text}` }
      })
      expect(entriesOf(escapeData(line))[0]).toEqual({ ...entriesOf(line)[0] })
    }))
  })

  it("is the same in chunks, wherever they are split", () => {
    const jsonl = "{\"a\":\"<<b>\"}\n{\"c\":\"</script>\"}\n"
    const { head, tail } = pageParts(assets, { title: "x" })
    for (let cut = 0; cut <= jsonl.length; cut++) {
      expect(`${head}${escapeData(jsonl.slice(0, cut))}${escapeData(jsonl.slice(cut))}${tail}`)
        .toBe(renderPage(assets, { title: "x", jsonl }))
    }
  })
})

describe("the page's script and style", () => {
  it("are bundled into texts that fit into the page and into a module of the package", async () => {
    const built = await buildAssets()
    expect(built.script.match(/<\/script|<!--/i)).toBe(null)
    expect(built.script.match(/\.innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/)).toBe(null)
    const module = await import(`data:text/javascript,${encodeURIComponent(assetsModule(built))}`)
    expect(await module.loadAssets()).toEqual(built)
  })
})
