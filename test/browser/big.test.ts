import { afterAll, beforeAll, expect, it } from "vitest"
import { bigFile } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { chosen, type Opened, openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const spans = 50_000

describeInBrowser("a trace of fifty thousand spans", () => {
  let browser: Browser
  let opened: Opened
  beforeAll(async () => {
    browser = await launch()
    opened = await openRecords(browser, bigFile(spans))
  })
  afterAll(() => browser?.close())

  const rowsDrawn = () => opened.page.locator(".span").count()

  it("opens with only the rows on the screen in the document", async () => {
    expect(await opened.page.locator(".head").textContent()).toContain("50,000 spans")
    expect(await rowsDrawn()).toBeLessThan(80)
    expect(opened.errors).toEqual([])
  })

  it("scrolls from start to end without ever drawing more", async () => {
    const most = await opened.page.evaluate(`(async () => {
      const list = document.getElementById("spans")
      let most = 0
      for (let at = 0; at <= list.scrollHeight; at += 24_000) {
        list.scrollTop = at
        await new Promise(requestAnimationFrame)
        const top = Math.floor(list.scrollTop / 24)
        if (document.getElementById("span-" + Math.min(top, ${spans - 1})) === null) {
          throw new Error("no row at " + top)
        }
        most = Math.max(most, document.querySelectorAll(".span").length)
      }
      return most
    })()`)
    expect(most).toBeLessThan(80)
  })

  it("jumps to its last span, folds, and finds a single span", async () => {
    const { page } = opened
    await page.locator("#spans").focus()
    await page.keyboard.press("End")
    expect(await chosen(page)).toEqual(["tool_50000"])
    await page.keyboard.press("c")
    expect(await page.getByRole("treegrid").getAttribute("aria-rowcount")).toBe("50000")
    await page.locator("#search").fill("tool_31337")
    await page.getByRole("button", { name: "1 match" }).click()
    expect(await chosen(page)).toEqual(["tool_31337"])
    expect(await rowsDrawn()).toBeLessThan(80)
  })
})
