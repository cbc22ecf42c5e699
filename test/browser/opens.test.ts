import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, expect, it } from "vitest"
import { smallFile, spanId, traceId } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { chosen, openRecords, openUrl, pageFile } from "./opened.js"
import { describeInBrowser } from "./suite.js"

describeInBrowser("the page, opened from disk", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("shows the newest trace and fetches nothing", async () => {
    const { errors, page, requests } = await openRecords(browser, smallFile())
    expect(await page.locator(".trace .name").allTextContents()).toEqual(["coder", "editor"])
    expect(await page.locator(".trace .inside").allTextContents()).toEqual(["✕ search"])
    expect(await page.locator(".head h2").textContent()).toContain("coder")
    expect(await page.title()).toBe("traces.jsonl")
    expect(requests).toEqual([])
    expect(errors).toEqual([])
  })

  it("shows in each row what ran and how it ended, also in words", async () => {
    const { page } = await openRecords(browser, smallFile(), `#trace=${traceId()}`)
    expect(await page.locator(".span .primary").allTextContents())
      .toEqual(["editor", "Turn 0", "m-1", "search", "writer", "writer", "Turn 0"])
    expect(await page.locator(".span .flag").allTextContents()).toEqual(["∥2", "✕ failed", "⊘ interrupted"])
    expect(await page.locator(".span .badge .spoken").allTextContents())
      .toEqual(["agent run", "turn", "model call", "tool call", "delegation", "agent run", "turn"])
    expect(await page.locator(".span").nth(2).locator(".number").allTextContents()).toEqual([
      "39ms",
      "1,260",
      "$0.0045"
    ])
    expect(await page.locator(".span").nth(2).locator(".bar .mark").count()).toBe(1)
  })

  it("opens the trace and the span in its address", async () => {
    const { page } = await openRecords(browser, smallFile(), `#trace=${traceId()}&span=${spanId(4)}`)
    expect(await chosen(page)).toEqual(["search"])
    expect(await page.locator("#detail .exception").textContent()).toBe("TimeoutError: no answer")
  })

  it("keeps its address up to date, for links and the Back button", async () => {
    const { page, url } = await openRecords(browser, smallFile())
    await page.locator(".trace").nth(1).click()
    await page.locator(".span").nth(4).click()
    await expect.poll(() => page.url()).toBe(`${url}#trace=${traceId()}&span=${spanId(5)}`)
    await page.goBack()
    await page.locator(".head h2", { hasText: "coder" }).waitFor()
  })

  it("shows attributes as a tree, events, working links and measurements", async () => {
    const { page } = await openRecords(browser, smallFile(), `#trace=${traceId()}&span=${spanId(5)}`)
    const detail = page.locator("#detail")
    await detail.locator("summary", { hasText: "[2 items]" }).click()
    // A branch is filled a moment after the click: until then the last one is the one around it.
    const branches = detail.locator("summary", { hasText: "{1 key}" })
    await expect.poll(() => branches.count()).toBe(2)
    await branches.last().click()
    await detail.getByText("deep: value").waitFor()
    await detail.locator(`a[href*="${spanId(3)}"]`).click()
    await detail.locator("h2", { hasText: "m-1" }).waitFor()
    expect(await detail.textContent()).toContain("first part")
    expect(await detail.textContent()).toContain("loom.cost.usd")
    expect(await chosen(page)).toEqual(["m-1"])
  })

  it("lists the lines that could not be read", async () => {
    const { page } = await openRecords(browser, smallFile())
    await page.getByText("1 bad line").click()
    expect(await page.locator("dialog[open]").textContent()).toContain("it is not valid JSON")
  })

  it("summarizes by user, model, agent and tool, and links from there to the traces", async () => {
    const { errors, page } = await openRecords(browser, smallFile())
    await page.getByRole("tab", { name: "Summary" }).click()
    const models = page.locator(".tables > div", { hasText: "Models" })
    expect(await models.locator("tbody tr").first().textContent()).toContain("$0.0045")
    await page.locator(".tables > div", { hasText: "Agents" }).getByText("writer").click()
    expect(await page.locator(".trace .name").allTextContents()).toEqual(["editor"])
    expect(await page.locator("#search").inputValue()).toBe("agent:writer")
    expect(errors).toEqual([])
  })

  it.each([["plain", (text: string) => Buffer.from(text)], ["gzipped", (text: string) => gzipSync(text)]])(
    "is empty without records, and opens a chosen %s file",
    async (kind, pack) => {
      const { errors, page, requests } = await openUrl(browser, await pageFile(browser, { title: "loom-telemetry" }))
      await page.getByText("Open a trace file").waitFor()
      await page.locator("#file").setInputFiles({ name: `${kind}.jsonl`, mimeType: "", buffer: pack(smallFile()) })
      await page.locator(".span").first().waitFor()
      expect(await page.locator(".trace").count()).toBe(2)
      expect(requests).toEqual([])
      expect(errors).toEqual([])
    }
  )

  it("opens a dropped file, and says so if it has no records", async () => {
    const { page } = await openUrl(browser, await pageFile(browser, { title: "loom-telemetry" }))
    await page.getByText("Open a trace file").waitFor()
    const drop = (text: string) =>
      page.evaluate(`{
        const data = new DataTransfer()
        data.items.add(new File([${JSON.stringify(text)}], "dropped.jsonl"))
        dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }))
      }`)
    await drop("no records\n")
    await page.getByText("No telemetry records in dropped.jsonl").waitFor()
    await drop(smallFile())
    await page.locator(".span").first().waitFor()
    expect(await page.locator(".trace").count()).toBe(2)
  })

  it("shows the readable part of a truncated gzip file, and reports the damage", async () => {
    const { page } = await openUrl(browser, await pageFile(browser, { title: "loom-telemetry" }))
    const whole = gzipSync(smallFile())
    await page.locator("#file").setInputFiles({
      name: "cut.gz",
      mimeType: "",
      buffer: whole.subarray(0, whole.length - 12)
    })
    await page.getByText("is truncated or corrupt").waitFor()
    await page.locator(".trace").first().waitFor()
  })
})
