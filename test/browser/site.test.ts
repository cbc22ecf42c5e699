/**
 * The documentation site, built by `npm run docs`, in a browser: its front page, its search, and a page of the reference.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Browser, launch } from "./chromium.js"
import { describeInBrowser } from "./suite.js"

const dist = fileURLToPath(new URL("../../site/dist/", import.meta.url))

const types: Record<string, string> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml"
}

/** Serves the files like a web server without URL rewriting. */
const serve = (): Promise<Server> => {
  const server = createServer((request, response) => {
    const path = join(dist, decodeURIComponent(new URL(request.url!, "http://localhost").pathname))
    const file = path.endsWith("/") ? join(path, "index.html") : path
    if (existsSync(file)) {
      response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(readFileSync(file))
    } else {
      response.writeHead(404).end()
    }
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)))
}

/** Saves a screenshot if `LOOM_PICTURES` names a folder. */
const picture = async (page: Page, name: string): Promise<void> => {
  const folder = process.env["LOOM_PICTURES"]
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${name}.png`) })
  }
}

const isBuilt = existsSync(join(dist, "index.html"))

describe.skipIf(!isBuilt)(isBuilt ? "built by npm run docs" : "not built: npm run docs builds it", () => {
  describeInBrowser("the documentation site", () => {
    let server: Server
    let browser: Browser
    let page: Page
    const problems: Array<string> = []
    const address = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`

    beforeAll(async () => {
      server = await serve()
      browser = await launch()
      page = await browser.context.newPage()
      page.on("pageerror", (error) => problems.push(error.message))
      page.on("request", (request) => {
        if (!request.url().startsWith(address("/")) && !request.url().startsWith("data:")) {
          problems.push(`requested ${request.url()}`)
        }
      })
      page.on("response", (response) => {
        if (response.status() >= 400) {
          problems.push(`${response.status()} for ${response.url()}`)
        }
      })
    })

    afterAll(async () => {
      await browser.close()
      await new Promise((resolve) => server.close(resolve))
    })

    it("opens with the first program and the list of pages", async () => {
      await page.goto(address("/"), { waitUntil: "networkidle" })
      expect(await page.locator("h1").first().innerText()).toContain("loom-telemetry")
      expect(await page.evaluate("document.querySelector('main img').naturalWidth")).toBeGreaterThan(
        500
      )
      expect(await page.locator("aside a").allInnerTexts()).toEqual(expect.arrayContaining(["Quick start", "Servers"]))
      await picture(page, "site-front")
    })

    it("finds withSpan, and opens the page that describes it", async () => {
      await page.keyboard.press("Control+k")
      await page.locator("input[type=search]").fill("withSpan")
      const found = page.locator(".VPLocalSearchBox .result", { hasText: "withSpan" }).first()
      await found.waitFor()
      await picture(page, "site-search")
      await found.click()
      await page.waitForFunction("location.hash !== '' || location.pathname !== '/'")
      expect(await page.locator("main").innerText()).toContain("withSpan")
    })

    it("has a reference for every entry point, made from the docstrings", async () => {
      await page.goto(address("/reference/"), { waitUntil: "networkidle" })
      const { exports } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
      const names = Object.keys(exports).filter((path) => !path.endsWith(".json")).map((path) =>
        `loom-telemetry${path.slice(1)}`
      )
      expect(await page.locator("main li a").allInnerTexts()).toEqual(expect.arrayContaining(names))
      await page.locator("main li a", { hasText: /^loom-telemetry$/ }).click()
      await page.locator("main h3", { hasText: /^Telemetry/ }).first().waitFor()
      expect(await page.locator("main").innerText()).toContain("Runs an effect inside a span.")
      await page.locator("main h3", { hasText: /^Telemetry\b/ }).first().scrollIntoViewIfNeeded()
      await picture(page, "site-reference")
    })

    it("requests nothing from other sites, and has no errors", () => expect(problems).toEqual([]))
  })
})
