import { afterAll, beforeAll, expect, it } from "vitest"
import { fileOf, lineOf, metricLine, type SampleSpan } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { type Opened, openRecords, openUrl, pageFile } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const markup = [
  "<script>window.__pwned = 1</script>",
  "</script><script>window.__pwned = 2</script>",
  "<!--<script>window.__pwned = 3</script>-->",
  "<img src=x onerror=\"window.__pwned = 4\">",
  "\" onmouseover=\"window.__pwned = 5\" x=\"",
  "' onfocus='window.__pwned = 6' autofocus='",
  "javascript:window.__pwned=7",
  "<svg/onload=window.__pwned=8>",
  "</style><style>*{display:none}</style>",
  "{{constructor.constructor('window.__pwned=9')()}}",
  "<iframe srcdoc=\"<script>parent.__pwned=10</script>\">"
]

const all = markup.join(" ")
const control =
  "NUL\u0000 ESC\u001b[2J BEL\u0007 CR\rLF\n bidi\u202egnp.exe\u202c zero\u200bwidth sep\u2028end lone c1\u009b31m"

const hostile = (): string => {
  const attributes = JSON.parse(
    `{"__proto__":${JSON.stringify(all)},"constructor":{"prototype":${JSON.stringify(all)}},"toString":"x"}`
  ) as Record<string, never>
  const span: SampleSpan = {
    id: 1,
    name: all,
    start: 0,
    end: 10,
    outcome: "failure",
    exception: all,
    attributes: {
      ...attributes,
      agent: all,
      user_id: all,
      session_id: all,
      [all]: all,
      nested: { [all]: [all, { [all]: all }] },
      control
    },
    events: [{ name: all, at: 5, attributes: { [all]: all } }],
    links: [1]
  }
  const run = { ...span, id: 2, parent: 1, name: "loom.run" }
  const tool = { ...span, id: 3, parent: 2, name: "loom.tool", attributes: { tool: all, worker: all, ok: true } }
  const model = {
    ...span,
    id: 4,
    parent: 2,
    name: "loom.model.stream",
    attributes: { model: all, tokens_in: 1, cost_usd: 1 }
  }
  const open: SampleSpan = { id: 5, parent: 2, name: all, start: 3, attributes: { [all]: all } }
  const foreignIds = lineOf({ ...span, id: 6 }).replaceAll("0000000000000006", JSON.stringify(all).slice(1, -1))
  return fileOf([
    ...[span, run, tool, model, open].map(lineOf),
    metricLine(span, all, 1, { [all]: all, model: all, user_id: all }),
    foreignIds,
    all,
    `{"kind":"span",${all}`,
    control
  ])
}

/** Opens everything that the page can show. */
const lookAtEverything = async ({ page }: Opened): Promise<void> => {
  const rows = await page.locator(".span").count()
  for (let row = 0; row < rows; row++) {
    await page.locator(".span .primary").nth(row).click()
    for (const branch of await page.locator("#detail details:not([open]) > summary").all()) {
      await branch.click()
    }
    await page.locator(".span .bar").nth(row).hover({ force: true })
  }
  await page.getByText(/bad lines?$/).click()
  await page.keyboard.press("Escape")
  await page.keyboard.press("s")
  await page.locator(".tables").first().waitFor()
  await page.locator(".tables .link").first().click()
  await page.locator("#search").fill(all)
  await page.locator(".span.matching").first().waitFor()
}

describeInBrowser("a page full of hostile text", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("shows it as text, runs none of it and fetches nothing", async () => {
    const opened = await openRecords(browser, hostile())
    await lookAtEverything(opened)
    expect(await opened.page.evaluate("window.__pwned")).toBe(undefined)
    expect(opened.requests).toEqual([])
    expect(opened.errors).toEqual([])
    expect(await opened.page.locator("img, iframe, svg, #page script, #page style").count()).toBe(0)
  })

  it("runs none of it even without the page's policy", async () => {
    const url = await pageFile(
      browser,
      { title: all, jsonl: hostile() },
      (html) => html.replace(/<meta http-equiv[^>]*>/, "")
    )
    const opened = await openUrl(browser, url)
    await opened.page.locator(".span").first().waitFor()
    await lookAtEverything(opened)
    expect(await opened.page.evaluate("window.__pwned")).toBe(undefined)
    expect(opened.requests).toEqual([])
    expect(await opened.page.title()).toBe(all)
  })

  it("shows every character: markup as text, control characters as escapes", async () => {
    const { page } = await openRecords(browser, hostile())
    await page.locator(".span").first().click()
    const text = await page.locator("#detail").textContent()
    for (const piece of markup) {
      expect(text).toContain(piece)
    }
    for (
      const escape of [
        "NUL\\0",
        "ESC\\e[2J",
        "BEL\\u0007",
        "CR\\rLF\n",
        "bidi\\u202egnp",
        "zero\\u200b",
        "sep\\u2028",
        "c1\\u009b"
      ]
    ) {
      expect(text).toContain(escape)
    }
    const everything = await page.evaluate("document.body.textContent + document.body.innerText") as string

    expect(everything).not.toMatch(/[\u0000\u0007\u001b\u009b\u202e\u200b]/)
  })

  it("has a policy that allows no other script and no other style", async () => {
    const url = await pageFile(
      browser,
      { title: "x", jsonl: hostile() },
      (html) =>
        html.replace(
          "</body>",
          "<script>window.__pwned = 1</script><style>body{opacity:0.5}</style><img src=https://example.invalid/x></body>"
        )
    )
    const opened = await openUrl(browser, url)
    await opened.page.locator(".span").first().waitFor()
    expect(await opened.page.evaluate("window.__pwned")).toBe(undefined)
    expect(await opened.page.evaluate("getComputedStyle(document.body).opacity")).toBe("1")
    expect(opened.errors.filter((error) => error.includes("Content Security Policy")).length).toBeGreaterThanOrEqual(3)
  })
})
