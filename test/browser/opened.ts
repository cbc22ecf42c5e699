/**
 * Opens pages from disk, and collects their unexpected requests and errors.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Page } from "playwright-core"
import { loadAssets } from "../../src/viewer/assets.js"
import { type PageOptions, renderPage } from "../../src/viewer/page.js"
import type { Browser } from "./chromium.js"

/** A page in the browser. */
export interface Opened {
  readonly page: Page
  /** Its URL, without the fragment. */
  readonly url: string
  /** URLs that it requested, except its own and `data:` URLs. */
  readonly requests: ReadonlyArray<string>
  /** Errors of its script, and violations of its policy. */
  readonly errors: ReadonlyArray<string>
}

let pages = 0

/** Writes the page of these records to a file in the browser's folder; returns its URL. `change` edits the HTML. */
export const pageFile = async (
  browser: Browser,
  options: PageOptions,
  change: (html: string) => string = (html) => html
): Promise<string> => {
  const path = join(browser.folder, `${++pages}.html`)
  writeFileSync(path, change(renderPage(await loadAssets(), options)))
  return pathToFileURL(path).href
}

/** Opens a URL in a new tab. */
export const openUrl = async (browser: Browser, url: string): Promise<Opened> => {
  const page = await browser.context.newPage()
  const requests: Array<string> = []
  const errors: Array<string> = []
  const own = url.replace(/#.*/, "")
  page.on("request", (request) => {
    if (request.url() !== own && !request.url().startsWith("data:")) {
      requests.push(request.url())
    }
  })
  page.on("pageerror", (error) => errors.push(String(error)))
  page.on("console", (message) => {
    if (message.type() === "error") {
      errors.push(message.text())
    }
  })
  await page.goto(url, { waitUntil: "commit" })
  return { page, url: own, requests, errors }
}

/** Opens the page of these records from disk, once its traces are drawn. */
export const openRecords = async (browser: Browser, jsonl: string, hash = ""): Promise<Opened> => {
  const opened = await openUrl(browser, `${await pageFile(browser, { title: "traces.jsonl", jsonl })}${hash}`)
  await opened.page.locator(".trace").first().waitFor({ state: "attached" })
  return opened
}

/** The labels of the selected rows. */
export const chosen = (page: Page): Promise<Array<string>> =>
  page.locator(".span[aria-selected=true] .primary").allTextContents()
