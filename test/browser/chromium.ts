/**
 * A real Chromium for the tests of the page, with a temporary profile.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type BrowserContext, chromium } from "playwright-core"

const known = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]

/** The path of the browser; `undefined` if there is none. */
export const program = known.find((path) => path !== undefined && existsSync(path))

/** Keeps the browser itself from sending requests, so that every request in a test is the page's. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync"
]

/** A running browser. */
export interface Browser {
  readonly context: BrowserContext
  /** A folder for files, removed with the browser. */
  readonly folder: string
  readonly close: () => Promise<void>
}

/** How the browser is started. */
export interface BrowserOptions {
  readonly colorScheme?: "light" | "dark"
  readonly reducedMotion?: "reduce" | "no-preference"
  /** Default: 1440 × 900. */
  readonly viewport?: { readonly width: number; readonly height: number }
  /** Screenshot pixels per pixel of the page. Default 1. */
  readonly deviceScaleFactor?: number
}

/** Starts a browser with an empty profile. */
export const launch = async (options: BrowserOptions = {}): Promise<Browser> => {
  const folder = mkdtempSync(join(tmpdir(), "loom-chromium-"))
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath: program!,
    headless: true,
    args: quiet,
    viewport: { width: 1440, height: 900 },
    ...options
  })
  return {
    context,
    folder,
    close: async () => {
      await context.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
