/**
 * A suite in the browser; where there is none it is skipped, with the reason in its name.
 */
import { describe } from "vitest"
import { program } from "./chromium.js"

/** The suite. */
export const describeInBrowser = (title: string, body: () => void): void => {
  const reason = program === undefined ? "no Chromium: .ci/browser installs it" : undefined
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (${reason})`, body)
}
