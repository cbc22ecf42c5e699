/**
 * Makes the screenshots in docs/images from examples/18-page.ts, with the command line, as a user would.
 *
 * They are written to a temporary folder, or to the one that LOOM_PICTURES names:
 * LOOM_PICTURES=docs/images npx vitest run --config vitest.browser.config.ts pictures
 */
import { spawnSync } from "node:child_process"
import { mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"
import { compiledProgram } from "../bundled.js"
import { bundled } from "../cli/bundle.js"
import { runScript } from "../examples/runProgram.js"
import { type Browser, launch } from "./chromium.js"
import { openUrl } from "./opened.js"
import { describeInBrowser } from "./suite.js"

const repository = fileURLToPath(new URL("../../", import.meta.url))
const pictures = resolve(repository, process.env["LOOM_PICTURES"] ?? join(tmpdir(), "loom-page-pictures"))

const ran = async (path: string, ...args: ReadonlyArray<string>): Promise<void> => {
  const { exitCode, stderr } = await runScript(path, {}, args)
  expect({ exitCode, ...(exitCode !== 0 && { stderr }) }).toEqual({ exitCode: 0 })
}

/** Reduces the file to a third of its size, if pngquant is installed. */
const withFewerColours = (path: string): void => {
  spawnSync("pngquant", ["--quality", "80-98", "--speed", "1", "--strip", "--force", "--output", path, path])
}

describeInBrowser("the pictures of the documentation", () => {
  const browsers: Array<Browser> = []
  let page = ""

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true })
    const browser = await launch()
    browsers.push(browser)
    const traces = join(browser.folder, "traces.jsonl")
    page = join(browser.folder, "traces.html")
    await ran(await compiledProgram(join(repository, "examples/18-page.ts")), traces)
    await ran(await bundled(), "view", "-o", page, traces)
  })
  afterAll(() => Promise.all(browsers.map((browser) => browser.close())))

  it.each(["light", "dark"] as const)(
    "show a supervisor's run, its workers, the failed tool and the conversation: %s",
    async (colorScheme) => {
      const browser = await launch({ colorScheme, viewport: { width: 1440, height: 860 }, deviceScaleFactor: 1.5 })
      browsers.push(browser)
      const opened = await openUrl(browser, pathToFileURL(page).href)
      await opened.page.locator(".span.state-failure").first().waitFor()
      const names = await opened.page.locator(".span .primary").allTextContents()
      expect(names.filter((name) => ["on-call", "metrics", "logs", "read_diff"].includes(name))).toEqual([
        "on-call",
        "metrics",
        "metrics",
        "logs",
        "logs",
        "read_diff"
      ])
      await opened.page.locator(".span .primary", { hasText: "claude-opus-4-5" }).nth(1).click()
      expect(await opened.page.locator("#detail .call b").allTextContents()).toEqual([
        "delegate",
        "delegate",
        "read_diff"
      ])
      expect(opened.errors).toEqual([])
      const path = join(pictures, `page-${colorScheme}.png`)
      await opened.page.screenshot({ path })
      withFewerColours(path)
    }
  )
})
