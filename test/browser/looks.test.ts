import { mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { smallFile, spanId, traceId } from "../viewer/samples.js"
import { type Browser, launch } from "./chromium.js"
import { openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const pictures = join(tmpdir(), "loom-page-pictures")

const picture = (page: Page, name: string) => page.screenshot({ path: join(pictures, `${name}.png`) })

const styleOf = async (page: Page, selector: string, property: string): Promise<string> =>
  await page.evaluate(
    `getComputedStyle(document.querySelector(${JSON.stringify(selector)})).getPropertyValue(${
      JSON.stringify(property)
    })`
  )

/** The brightness of a color, from 0 to 1: the mean of its components. */
const brightness = async (page: Page, selector: string, property: string): Promise<number> => {
  const parts = (await styleOf(page, selector, property)).match(/[\d.]+/g) ?? []
  return parts.slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 3 / 255
}

describeInBrowser("the look of the page", () => {
  let light: Browser
  let dark: Browser
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    light = await launch({ colorScheme: "light" })
    dark = await launch({ colorScheme: "dark", reducedMotion: "reduce" })
  })
  afterAll(async () => {
    await light?.close()
    await dark?.close()
  })

  it("is light or dark like the system, and changes permanently with a key", async () => {
    const { page } = await openRecords(light, smallFile())
    expect(await brightness(page, "body", "background-color")).toBeGreaterThan(0.9)
    await page.keyboard.press("t")
    expect(await brightness(page, "body", "background-color")).toBeLessThan(0.2)
    expect(await brightness(page, "body", "color")).toBeGreaterThan(0.7)
    const other = await openRecords(dark, smallFile())
    expect(await brightness(other.page, "body", "background-color")).toBeLessThan(0.2)
    await page.keyboard.press("t")
  })

  it.each(["light", "dark"] as const)("is captured in screenshots: %s", async (scheme) => {
    const browser = scheme === "light" ? light : dark
    const { page } = await openRecords(browser, smallFile(), `#trace=${traceId()}`)
    await picture(page, `waterfall-${scheme}`)
    await page.goto(`${page.url().replace(/#.*/, "")}#trace=${traceId()}&span=${spanId(4)}`)
    await page.locator("#detail .exception").waitFor()
    await picture(page, `detail-${scheme}`)
    await page.keyboard.press("s")
    await page.locator(".tables table").first().waitFor()
    await picture(page, `summary-${scheme}`)
  })

  it("distinguishes failed, interrupted and open spans by more than color", async () => {
    const { page } = await openRecords(light, smallFile(), `#trace=${traceId()}`)
    const bar = (state: string, property: string) => styleOf(page, `.state-${state} .bar`, property)
    expect(await bar("interrupted", "background-image")).toContain("repeating-linear-gradient")
    expect(await bar("failure", "background-image")).not.toBe(await bar("success", "background-image"))
    await page.keyboard.press("[")
    expect(await bar("open", "border-top-style")).toBe("dashed")
  })

  it("has no row wider than the screen, even on a small one", async () => {
    const { page } = await openRecords(light, smallFile(), `#trace=${traceId()}&span=${spanId(4)}`)
    await page.setViewportSize({ width: 900, height: 600 })
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true)
    await picture(page, "small")
  })
})
