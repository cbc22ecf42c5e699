/**
 * The version that the package sends with its spans and metrics.
 */
import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { version } from "../../src/records/version.js"

it("is the version in package.json", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  expect(manifest).toMatchObject({ version })
})
