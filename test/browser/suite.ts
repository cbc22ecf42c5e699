/**
 * Suites that run in the browser. Without a browser they are skipped, with the reason in their name.
 */
import { describe } from "vitest"
import { program } from "./chromium.js"

/** Describes a suite that needs a browser. */
export const describeInBrowser = (title: string, body: () => void): void => {
  const reason = program === undefined ? "no Chromium: .ci/browser installs it" : undefined
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (${reason})`, body)
}
