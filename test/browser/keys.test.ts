import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { bigFile, smallFile, traceId } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { chosen, openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const press = async (page: Page, ...keys: ReadonlyArray<string>): Promise<void> => {
  for (const key of keys) {
    await page.keyboard.press(key)
  }
}

describeInBrowser("the page, with the keyboard", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  const open = async () => (await openRecords(browser, smallFile(), `#trace=${traceId()}`)).page

  it("walks up and down, into and out of spans", async () => {
    const page = await open()
    await press(page, "j", "j", "ArrowDown")
    expect(await chosen(page)).toEqual(["m-1"])
    await press(page, "k")
    expect(await chosen(page)).toEqual(["Turn 0"])
    await press(page, "ArrowLeft")
    expect(await page.locator(".span").count()).toBe(2)
    expect(await page.locator(".span[aria-selected=true]").getAttribute("aria-expanded")).toBe("false")
    await press(page, "ArrowRight", "ArrowRight")
    expect(await chosen(page)).toEqual(["m-1"])
    await press(page, "End")
    expect(await chosen(page)).toEqual(["Turn 0"])
  })

  it("goes to the next failed span, and wraps around", async () => {
    const page = await open()
    await press(page, "e")
    expect(await chosen(page)).toEqual(["search"])
    await press(page, "e")
    expect(await chosen(page)).toEqual(["search"])
  })

  it("announces the selected row to screen readers", async () => {
    const page = await open()
    await press(page, "j", "j")
    const grid = page.getByRole("treegrid")
    const active = await grid.getAttribute("aria-activedescendant")
    expect(await page.locator(`#${active}`).getAttribute("aria-level")).toBe("2")
    expect(await grid.getAttribute("aria-rowcount")).toBe("7")
    expect(await page.locator(".span[aria-selected=true]").getAttribute("id")).toBe(active)
  })

  it("searches while typing, marks the matches and jumps to them", async () => {
    const page = await open()
    await press(page, "/")
    await page.keyboard.type("turn=0")
    await page.locator(".span.matching").first().waitFor()
    expect(await page.locator(".span.matching .primary").allTextContents()).toEqual(["Turn 0", "Turn 0"])
    expect(await page.locator(".trace").count()).toBe(1)
    await press(page, "Escape", "n", "n")
    expect(await page.locator(".span[aria-selected=true]").getAttribute("aria-level")).toBe("5")
    await press(page, "Escape", "Escape")
    expect(await page.locator("#search").inputValue()).toBe("")
    expect(await page.locator(".trace").count()).toBe(2)
  })

  it("filters with buttons and lists that write into the search", async () => {
    const page = await open()
    await page.getByRole("button", { name: "◌ Open" }).click()
    expect(await page.locator(".trace .name").allTextContents()).toEqual(["coder"])
    await page.getByRole("button", { name: "◌ Open" }).click()
    await page.getByLabel("User").selectOption("alice")
    expect(await page.locator("#search").inputValue()).toBe("user:alice")
    expect(await page.locator(".trace .name").allTextContents()).toEqual(["editor"])
    expect(await page.locator(".trace .inside").allTextContents()).toEqual(["✕ search"])
  })

  it("zooms with keys and by dragging over the overview, and back", async () => {
    const page = await open()
    const whole = await page.locator(".axis .tick").allTextContents()
    await press(page, "+", "+")
    expect(await page.locator(".axis .tick").allTextContents()).not.toEqual(whole)
    await press(page, "0")
    expect(await page.locator(".axis .tick").allTextContents()).toEqual(whole)
    const box = (await page.locator(".overview").boundingBox())!
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 })
    await page.mouse.up()
    expect((await page.locator(".axis .tick").allTextContents()).every((label) => /^[4-6]\d/.test(label))).toBe(true)
    await page.getByRole("button", { name: "Whole trace" }).click()
    expect(await page.locator(".axis .tick").allTextContents()).toEqual(whole)
  })

  it("never cuts off a label of the axis", async () => {
    const page = await open()
    const rightmost = (selector: string) =>
      page.locator(selector).evaluateAll((all) => Math.max(...all.map((each) => each.getBoundingClientRect().right)))
    for (let step = 0; step < 16; step++) {
      await page.setViewportSize({ width: 1000 + 33 * step, height: 700 })
      await press(page, step % 4 === 3 ? "0" : "+")
      expect(await rightmost(".axis .tick")).toBeLessThanOrEqual((await rightmost(".axis .time")) + 1)
    }
  })

  it("folds everything and unfolds it again", async () => {
    const page = await open()
    await press(page, "c")
    expect(await page.locator(".span .primary").allTextContents()).toEqual(["editor", "Turn 0"])
    await press(page, "x")
    expect(await page.locator(".span").count()).toBe(7)
  })

  it("opens and closes help, summary and details", async () => {
    const page = await open()
    await press(page, "?")
    expect(await page.locator("#help").isVisible()).toBe(true)
    await press(page, "Escape", "s")
    expect(await page.locator("#summary").isVisible()).toBe(true)
    await press(page, "Escape", "j", "Enter")
    expect(await page.evaluate("document.activeElement.id")).toBe("detail")
    await press(page, "Escape")
    expect(await page.evaluate("document.activeElement.id")).toBe("spans")
  })

  it("returns from the summary to the same place", async () => {
    const { page } = await openRecords(browser, bigFile(500))
    await press(page, "End", "s", "s")
    expect(await chosen(page)).toEqual(["tool_500"])
    await press(page, "Escape", "s", "s")
    expect(await page.locator(".span", { hasText: "tool_500" }).count()).toBe(1)
  })

  it("does not act on keys typed into the search", async () => {
    const page = await open()
    await press(page, "/", "j", "e", "s")
    expect(await page.locator("#search").inputValue()).toBe("jes")
    expect(await page.locator("#summary").isVisible()).toBe(false)
  })

  it("goes to the next trace and back", async () => {
    const page = await open()
    await press(page, "[")
    expect(await page.locator(".trace[aria-selected=true] .name").textContent()).toBe("coder")
    await press(page, "]")
    expect(await page.locator(".trace[aria-selected=true] .name").textContent()).toBe("editor")
  })
})
