import { afterAll, beforeAll, expect, it } from "vitest"
import { spanId, traceId } from "../viewer/samples.js"
import { systemPrompt, talkFile } from "../viewer/talk.js"
import { type Browser, launch } from "./chromium.js"
import { chosen, openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

describeInBrowser("the conversation view", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  it("shows the messages of a run with roles, code, tools and their results", async () => {
    const { errors, page, requests } = await openRecords(browser, talkFile(), `#trace=${traceId()}`)
    await page.getByRole("tab", { name: "Conversation" }).click()
    const view = page.locator("#conversation")
    expect(await view.locator(".message .role").allTextContents())
      .toEqual(["System", "User", "Assistant", "Assistant", "User", "Assistant"])
    expect(await view.locator(".media").textContent()).toContain("image/png · 48.2 kB · latency.png")
    expect(await view.locator(".code .language span").allTextContents()).toEqual(["diff"])
    expect(await view.locator(".code pre").textContent()).toBe("- max: 40\n+ max: 4")
    const [diff, delegate] = await view.locator(".call").allInnerTexts()
    expect(diff).toMatch(/read_diff[^]*succeeded · 599ms[^]*"release": "4.12.0"[^]*"path": "config\/pool.yaml"/)
    expect(delegate).toContain("The pool was exhausted")
    await expect.poll(() => page.url()).toContain("show=conversation")
    expect(requests).toEqual([])
    expect(errors).toEqual([])
  })

  it("folds the system prompt and long texts, and shows them in full on request", async () => {
    const { page } = await openRecords(browser, talkFile(), `#trace=${traceId()}&show=conversation`)
    const system = page.locator(".from-system")
    expect(await system.locator("p").count()).toBe(0)
    await system.locator("summary").click()
    await system.getByRole("button", { name: "Show all (2,163 characters)" }).click()
    expect(await system.locator(".text > p").textContent()).toBe(systemPrompt)
    await system.getByRole("button", { name: "Show less" }).click()
    expect((await system.locator(".text > p").textContent())!.length).toBeLessThan(1600)
  })

  it("links to a span and to a sub-agent's conversation, and back", async () => {
    const { page } = await openRecords(browser, talkFile(), `#trace=${traceId()}&show=conversation`)
    await page.locator(".call", { hasText: "delegate" }).getByRole("button", { name: "Conversation" }).click()
    expect(await page.locator("#conversation .call.failed").textContent()).toContain("the query is too wide")
    expect(await page.locator("#detail h2").textContent()).toBe("logs")
    await page.locator("#conversation select").selectOption("0")
    expect(await page.locator("#conversation .message").count()).toBe(6)
    await page.locator("#conversation .link", { hasText: "1.9s" }).click()
    // From the conversation to the agents, and on to the timeline.
    await page.keyboard.press("v")
    await page.keyboard.press("v")
    expect(await chosen(page)).toEqual(["claude-opus-4-5"])
  })

  it("shows the last message sent and the answer in the details of a model call", async () => {
    const { page } = await openRecords(browser, talkFile(), `#trace=${traceId()}&span=${spanId(13)}`)
    const messages = page.locator("#detail .message")
    expect(await messages.locator(".role").allTextContents()).toEqual(["System", "User", "Assistant"])
    await page.getByRole("button", { name: "Show 3 earlier messages" }).click()
    expect(await messages.count()).toBe(6)
    expect(await page.locator("#detail .omitted").textContent()).toBe("2 messages left out of the record")
  })

  it("copies a message as it was recorded", async () => {
    const { page } = await openRecords(browser, talkFile(), `#trace=${traceId()}&show=conversation`)
    await browser.context.grantPermissions(["clipboard-read", "clipboard-write"])
    await page.locator(".from-user").last().getByRole("button", { name: "copy" }).click()
    await page.getByText("copied").waitFor()
    expect(await page.evaluate("navigator.clipboard.readText()"))
      .toBe("Thanks. Who approved it?")
  })
})
