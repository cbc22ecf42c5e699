import { afterAll, beforeAll, expect, it } from "vitest"
import { manyFile } from "../viewer/many.js"
import { smallFile, traceId } from "../viewer/samples.js"
import { talkFile } from "../viewer/talk.js"
import { type Browser, launch } from "./chromium.js"
import { chosen, openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

describeInBrowser("the summary of many traces", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("has charts of durations and of costs over time, whose bars narrow the search", async () => {
    const { errors, page } = await openRecords(browser, manyFile(100), "#view=summary")
    const durations = page.locator(".chart", { hasText: "Durations" }).locator(".column")
    const counts = (await Promise.all((await durations.all()).map((bar) => bar.getAttribute("aria-label"))))
      .map((title) => Number(/: (\d+) trace/.exec(title!)![1]))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100)
    await durations.nth(3).click()
    expect(await page.locator(".filtered b").textContent()).toMatch(/^duration:\d+ms\.\.\d+ms$/)
    expect(await page.locator(".card b").first().textContent()).toBe(String(counts[3]))
    await page.getByRole("button", { name: "Show all" }).click()
    await page.locator(".chart", { hasText: "Cost over time" }).locator(".column:enabled").first().click()
    expect(await page.locator(".filtered b").textContent()).toMatch(/^start:2026-11-22T14:00/)
    expect(errors).toEqual([])
  })

  it("shows traces as points of cost and duration: a point opens its trace, a dragged area narrows the search", async () => {
    const { errors, page } = await openRecords(browser, manyFile(1), "#view=summary")
    const box = (await page.locator(".scatter-plot").boundingBox())!
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    await page.locator(".head h2", { hasText: "writer" }).waitFor()
    await expect.poll(() => page.url()).toContain(traceId(1))

    const many = await openRecords(browser, manyFile(100), "#view=summary")
    await many.page.mouse.move(box.x + box.width * 0.6, box.y + 2)
    await many.page.mouse.down()
    await many.page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 4 })
    await many.page.mouse.up()
    const text = await many.page.locator(".filtered b").textContent()
    expect(text).toMatch(/^duration:[\d.]+ms\.\.[\d.]+ms cost:\$0\.\.\$[\d.]+$/)
    const found = Number(await many.page.locator(".card b").first().textContent())
    expect(found).toBeGreaterThan(5)
    expect(found).toBeLessThan(60)
    expect([...errors, ...many.errors]).toEqual([])
  })

  it("shows who delegated to whom, with calls, tokens and cost", async () => {
    const { errors, page } = await openRecords(browser, talkFile(), "#show=agents")
    const [onCall, logs] = await page.locator(".graph-pane .agent").allInnerTexts()
    expect(onCall).toMatch(/on-call[^]*1 run · 3 model calls[^]*\$0\.0565 9,340 tokens/)
    expect(logs).toMatch(/logs[^]*1 tool call · 1 failed[^]*\$0\.00060 1,730 tokens/)
    expect(await page.locator(".graph-pane .delegation").allTextContents()).toEqual(["1× $0.00060"])
    await page.locator(".agent", { hasText: "logs" }).click()
    expect(await page.locator("#detail h2").textContent()).toBe("logs")
    await page.keyboard.press("s")
    expect(await page.locator(".summary .agent").count()).toBe(2)
    expect(errors).toEqual([])
  })

  it("lists problems in the records, with links to the spans", async () => {
    const { errors, page } = await openRecords(browser, smallFile(), "#view=summary")
    const finding = page.locator(".finding", { hasText: "never ended" })
    await finding.locator("summary").click()
    await finding.locator("a", { hasText: "loom.run" }).click()
    await page.locator("#detail h2", { hasText: "coder" }).waitFor()
    await expect.poll(() => page.url()).toContain(traceId(2))
    expect(errors).toEqual([])
  })

  it("hides spans that a search does not find, except the ancestors of matches", async () => {
    const { page } = await openRecords(browser, smallFile(), `#trace=${traceId()}`)
    await page.locator("#search").fill("search")
    await page.locator(".span.matching").first().waitFor()
    expect(await page.locator(".span").count()).toBe(7)
    await page.getByRole("button", { name: "Only these" }).click()
    expect(await page.locator(".span .primary").allTextContents()).toEqual(["editor", "Turn 0", "search"])
    await expect.poll(() => page.url()).toContain("only=1")
    await page.keyboard.press("End")
    expect(await chosen(page)).toEqual(["search"])
    await page.keyboard.press("o")
    expect(await page.locator(".span").count()).toBe(7)
  })
})
