/**
 * The version of the package, put in when the command line is bundled.
 */
import { readFileSync } from "node:fs"

declare const LOOM_TELEMETRY_VERSION: string | undefined

const ownVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown"
}

/** Such as `1.2.3`. */
export const version: string = typeof LOOM_TELEMETRY_VERSION === "string" ? LOOM_TELEMETRY_VERSION : ownVersion()
