import type { Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest"
import { fileOf, lineOf, type SampleSpan, spanId } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { type LiveServer, serve } from "./liveServer.js"
import { chosen, openUrl } from "./opened.js"
import { describeInBrowser } from "./suite.js"

// The samples have a fixed clock, but the page considers a span running only if it started recently.
const epoch = Date.UTC(2026, 10, 22, 14, 0, 0)
const now = () => Date.now() - epoch

const run = (start: number): SampleSpan => ({ id: 1, name: "loom.run", start, attributes: { agent: "live" } })
const tool = (id: number, start: number): SampleSpan => ({
  id,
  parent: 1,
  name: "loom.tool",
  start,
  end: start + 1,
  attributes: { tool: `tool_${id}` }
})

const state = (page: Page, text: string) => page.locator(".live", { hasText: text }).waitFor()

describeInBrowser("the page, following a growing file", () => {
  let browser: Browser
  let server: LiveServer
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    server = await serve()
  })
  afterEach(() => server.close())

  it("shows new records from the first span on, and requests nothing but its own server", async () => {
    const { errors, page, requests } = await openUrl(browser, server.url)
    await page.getByText("Waiting for the first span").waitFor()
    await state(page, "live")
    const start = now()
    server.append(fileOf([lineOf(run(start))]))
    await page.locator(".span.state-open").waitFor()
    server.append(fileOf([lineOf(tool(2, start + 1)), lineOf(tool(3, start + 3))]))
    await page.locator(".span", { hasText: "tool_3" }).waitFor()
    server.append(fileOf([lineOf({ ...run(start), end: start + 20 })]))
    await page.locator(".span.state-success", { hasText: "live" }).waitFor()
    expect(await page.locator(".span").count()).toBe(3)
    expect(requests.every((url) => url.startsWith(server.url))).toBe(true)
    expect(errors).toEqual([])
  })

  it("lets an open span grow while no records arrive", async () => {
    server.append(fileOf([lineOf(run(now()))]))
    const { page } = await openUrl(browser, server.url)
    const duration = page.locator(".span .own").first()
    await duration.waitFor()
    const before = await duration.textContent()
    await expect.poll(() => duration.textContent(), { timeout: 20_000 }).not.toBe(before)
    await expect.poll(() => duration.textContent(), { timeout: 20_000 }).toMatch(/^\d.*s$/)
  })

  it("resumes where the connection broke, without duplicates", async () => {
    const start = now()
    server.append(fileOf([lineOf(run(start)), lineOf(tool(2, start))]))
    const { page } = await openUrl(browser, server.url)
    await page.locator(".span").nth(1).waitFor()
    server.cut(false)
    server.append(fileOf([lineOf(tool(3, start + 5))]))
    await page.locator(".span", { hasText: "tool_3" }).waitFor()
    await state(page, "live")
    expect(await page.locator(".span").count()).toBe(3)
    expect(server.cursors.slice(0, 2)).toEqual(["", "f-2"])
  })

  it("says that it is not connected, and reconnects when the server is back", async () => {
    const start = now()
    server.append(fileOf([lineOf(run(start))]))
    const { page } = await openUrl(browser, server.url)
    await page.locator(".span").first().waitFor()
    server.cut(true)
    await state(page, "not connected")
    server.cut(false)
    server.append(fileOf([lineOf(tool(2, start + 1))]))
    await page.locator(".span", { hasText: "tool_2" }).waitFor()
    expect(server.cursors.at(-1)).toBe("f-1")
  })

  it("keeps selection and folds while records arrive, and opens the span in its address once it has arrived", async () => {
    const start = now()
    const { page } = await openUrl(browser, `${server.url}#trace=${"1".padStart(32, "0")}&span=${spanId(4)}`)
    await state(page, "live")
    server.append(fileOf([lineOf({ ...run(start + 100), trace: 2, id: 50 })]))
    await page.locator(".trace").first().waitFor()
    server.append(fileOf([lineOf(run(start)), lineOf(tool(4, start + 4))]))
    await page.locator("#detail h2", { hasText: "tool_4" }).waitFor()
    server.append(fileOf([lineOf(tool(3, start + 2)), lineOf({ ...tool(5, start + 5), parent: 4 })]))
    await page.locator(".span", { hasText: "tool_5" }).waitFor()
    expect(await chosen(page)).toEqual(["tool_4"])
  })
})
