import { afterAll, beforeAll, expect, it } from "vitest"
import { manyFile } from "../viewer/many.js"
import { fileOf, lineOf, scoreLine, smallFile, spanId, traceId } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const judged = `${smallFile()}\n${
  fileOf([
    scoreLine({ name: "correctness", value: 0.35, span: 3, explanation: "The year is wrong", source: "model" }),
    scoreLine({ name: "feedback.thumbs", value: 1, label: "up", source: "human" })
  ])
}`

const many = `${manyFile(60)}\n${
  fileOf(
    Array.from({ length: 60 }, (_, at) => [
      scoreLine({ name: "correctness", value: (at * 7 % 60) / 60, trace: at + 1, span: 1 }),
      scoreLine({ name: "tone", label: at % 3 === 0 ? "curt" : "friendly", trace: at + 1, source: "model" })
    ]).flat()
  )
}`

const markup = [
  "<script>window.__pwned = 1</script>",
  "</script><script>window.__pwned = 2</script>",
  "<img src=x onerror=\"window.__pwned = 3\">",
  "\" onmouseover=\"window.__pwned = 4\" x=\"",
  "javascript:window.__pwned=5",
  "bidi\u202egnp.exe ESC\u001b[2J zero\u200bwidth"
].join(" ")

describeInBrowser("scores on the page", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("are shown in the list, in the head of the trace, in the row and in the details of the span", async () => {
    const { errors, page } = await openRecords(browser, judged, `#trace=${traceId()}`)
    expect(await page.locator(".trace .score").allTextContents()).toEqual(["★ 0.35 correctness"])
    expect(await page.locator(".trace .score.low").count()).toBe(1)
    expect(await page.locator(".span .score").allTextContents()).toEqual([
      "★ 1 up feedback.thumbs",
      "★ 0.35 correctness"
    ])
    await page.locator(".head .score", { hasText: "correctness" }).click()
    const text = await page.locator("#detail section", { hasText: "Scores (1)" }).textContent()
    expect(text).toContain("★ correctness 0.35")
    expect(text).toContain("by a model")
    expect(text).toContain("The year is wrong")
    await expect.poll(() => page.url()).toContain(spanId(3))
    expect(errors).toEqual([])
  })

  it("can be searched for", async () => {
    const { page } = await openRecords(browser, judged)
    await page.locator("#search").fill("score:correctness<0.8")
    await page.getByRole("button", { name: "1 match" }).click()
    expect(await page.locator(".trace").count()).toBe(1)
    expect(await page.locator("#detail h2").textContent()).toBe("m-1")
    await page.locator("#search").fill("score:correctness<0.3")
    await page.locator(".trace").waitFor({ state: "detached" })
  })

  it("have charts in the summary, whose bars narrow the search", async () => {
    const { errors, page } = await openRecords(browser, many, "#view=summary")
    const chart = page.locator(".scores .chart", { hasText: "★ correctness" })
    expect(await chart.locator("h2").textContent()).toContain("60 scores, mean 0.4917, 0 to 0.9833")
    const first = chart.locator(".column").first()
    expect(await first.getAttribute("aria-label")).toMatch(/: 6 scores, 6 low$/)
    await first.click()
    expect(await page.locator(".filtered b").textContent()).toMatch(/^score:correctness=0\.\.0\.08/)
    expect(await page.locator(".card b").first().textContent()).toBe("6")
    await page.locator(".scores .chart", { hasText: "★ tone" }).locator(".column", { hasText: "curt" }).click()
    expect(await page.locator(".filtered b").textContent()).toContain(" score:tone=curt")
    expect(errors).toEqual([])
  })

  it("are shown as text, whatever they contain", async () => {
    const hostile = `${smallFile()}\n${
      fileOf([
        scoreLine({ name: markup, label: markup, explanation: markup, span: 3, attributes: { [markup]: markup } }),
        scoreLine({ name: markup, label: markup, explanation: markup }),
        scoreLine({ name: "__proto__", label: "constructor", value: 5e-324 }),
        lineOf({ id: 1, trace: 3, name: markup, start: 400, end: 401 }),
        scoreLine({ name: markup, value: -1.7976931348623157e308, trace: 3 })
      ])
    }`
    const { errors, page, requests } = await openRecords(browser, hostile, `#trace=${traceId()}`)
    for (const button of await page.locator(".head .score").all()) {
      await button.click()
    }
    await page.locator(".span .score").first().hover()
    await page.locator(".span", { has: page.locator(".score") }).last().click()
    expect(await page.locator("#detail").textContent()).toContain("<script>window.__pwned = 1</script>")
    await page.keyboard.press("s")
    for (const bar of await page.locator(".scores .column:enabled").all()) {
      await bar.hover()
    }
    await page.locator(".scores .column:enabled").last().click()
    const everything = await page.evaluate("document.body.textContent + document.body.innerText") as string
    expect(everything).not.toMatch(/[\u001b\u202e\u200b]/)
    expect(await page.evaluate("window.__pwned")).toBe(undefined)
    expect(await page.locator("img, iframe, svg, #page script, #page style").count()).toBe(0)
    expect(requests).toEqual([])
    expect(errors).toEqual([])
  })
})
