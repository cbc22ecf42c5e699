import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { fileOf, lineOf, traceId } from "../viewer/samples.js"
import { talkFile } from "../viewer/talk.js"
import { type Browser, launch } from "./chromium.js"
import { openRecords } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const deepFile = (depth: number): string =>
  fileOf(Array.from({ length: depth }, (_, level) =>
    lineOf({
      id: level + 1,
      ...(level > 0 && { parent: level }),
      name: level % 2 === 0 ? "loom.run" : "loom.tool",
      start: level / 100,
      end: 100 - level / 100,
      outcome: level === depth - 1 ? "failure" : "success",
      attributes: level % 2 === 0 ? { agent: `researcher ${level}` } : { tool: `search ${level}`, ok: true }
    })))

const panes = async (page: Page): Promise<ReadonlyArray<string>> => {
  const shown = []
  for (const [name, selector] of [["list", "nav.pane"], ["trace", "main.pane"], ["detail", "#detail"]] as const) {
    if (await page.locator(selector).isVisible()) {
      shown.push(name)
    }
  }
  return shown
}

const isWithinScreen = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth <= innerWidth")

describeInBrowser("screens of any size", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())

  const sized = async (file: string, width: number, height: number, hash = "") => {
    const opened = await openRecords(browser, file, hash)
    await opened.page.setViewportSize({ width, height })
    return opened.page
  }

  it("show one pane at a time on a phone, with navigation between them", async () => {
    const page = await sized(talkFile(), 390, 844)
    expect(await panes(page)).toEqual(["list"])
    await page.locator(".trace").click()
    expect(await panes(page)).toEqual(["trace"])
    await page.locator(".span").nth(2).click()
    expect(await panes(page)).toEqual(["detail"])
    await page.locator("#detail").getByRole("button", { name: "Close" }).click()
    expect(await panes(page)).toEqual(["trace"])
    await page.getByRole("tab", { name: "Conversation" }).click()
    await page.locator("#conversation select").selectOption({ index: 1 })
    expect(await panes(page)).toEqual(["trace"])
    await page.getByRole("button", { name: "‹ Traces" }).click()
    expect(await panes(page)).toEqual(["list"])
  })

  it.each([[390, 844], [1024, 768]])("are never narrower than the page: %d × %d", async (width, height) => {
    for (const hash of ["", "&show=conversation", "&show=agents", "&view=summary", "&span=0000000000000003"]) {
      const page = await sized(talkFile(), width, height, `#trace=${traceId()}${hash}`)
      expect([hash, await isWithinScreen(page)]).toEqual([hash, true])
      await page.close()
    }
  })

  it.each([[390, 844], [1024, 768], [1440, 900]])(
    "never show part of a number in the list: %d × %d",
    async (width, height) => {
      const page = await sized(
        fileOf([
          lineOf({
            id: 1,
            name: "loom.run",
            start: 0,
            end: 100,
            attributes: { user_id: "alice", tokens_in: 12_345, cost_usd: 0.00086 }
          })
        ]),
        width,
        height
      )
      const line = (await page.locator(".trace .second").boundingBox())!
      const shown: Array<string> = []
      for (const part of await page.locator(".trace .second > :not(.clip)").all()) {
        const box = (await part.boundingBox())!
        if (box.y < line.y + line.height) {
          shown.push((await part.textContent())!)
          expect(box.x + box.width).toBeLessThanOrEqual(line.x + line.width)
        }
      }
      expect(shown.slice(1)).toEqual(width === 1024 ? ["1 span"] : ["1 span", "12.3k tok"])
    }
  )

  it("show the details below the waterfall if there is no room next to it", async () => {
    const page = await sized(talkFile(), 1024, 768, `#trace=${traceId()}&span=0000000000000003`)
    expect(await panes(page)).toEqual(["list", "trace", "detail"])
    const [waterfall, detail] = [
      await page.locator("#spans").boundingBox(),
      await page.locator("#detail").boundingBox()
    ]
    expect(detail!.y).toBeGreaterThanOrEqual(waterfall!.y + waterfall!.height)
    expect(detail!.width).toBeGreaterThan(700)
    expect(waterfall!.height).toBeGreaterThan(120)
  })

  it.each([[390, 844], [1024, 768], [1440, 900]])(
    "show a name five thousand levels deep, and its time: %d × %d",
    async (width, height) => {
      const page = await sized(deepFile(5000), width, height, `#trace=${traceId()}`)
      await page.locator("#spans").focus()
      await page.keyboard.press("End")
      const name = page.locator(".span[aria-selected=true] .primary")
      expect(await name.textContent()).toBe("search 4999")
      const cell = (await page.locator(".span[aria-selected=true] .cell-name").boundingBox())!
      const box = (await name.boundingBox())!
      expect(box.width).toBeGreaterThan(40)
      expect(box.x + box.width).toBeLessThanOrEqual(cell.x + cell.width)
      expect(box.x - cell.x).toBeLessThan(cell.width * 0.7)
      expect(await page.locator(".span[aria-selected=true] .deep").textContent()).toBe("4999")
    }
  )
})
