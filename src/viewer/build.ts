/**
 * Bundles the page's script and style, when the package is built or run from its sources. Not part of the published package.
 */
import { build } from "esbuild"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import type { PageAssets } from "./PageAssets.js"

// The page's sources are bundled, not the compiled files, whether this runs from `src/viewer` or `dist/viewer`.
const entry = (name: string): string => fileURLToPath(new URL(`../../src/viewer/app/${name}`, import.meta.url))

const bundle = async (name: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [entry(name)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome123", "firefox121", "safari17.5"],
    charset: "utf8",
    legalComments: "none",
    logLevel: "silent"
  })
  return outputFiles[0]!.text.trim()
}

const hashOf = (text: string): string => createHash("sha256").update(text, "utf8").digest("base64")

/** Bundles both. Fails if a source does not compile, or contains text that would end its element in the page. */
export const buildAssets = async (): Promise<PageAssets> => {
  const [script, style] = await Promise.all([bundle("main.ts"), bundle("style.css")])
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new Error("The page's script or style contains text that would end its element: split that text in two")
  }
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) }
}

/** The module that replaces `assets` in the package. */
export const assetsModule = (assets: PageAssets): string =>
  `const assets = ${JSON.stringify(assets)}\nexport const loadAssets = () => Promise.resolve(assets)\n`
