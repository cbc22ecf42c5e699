/**
 * Bundles the page's script and style. For the build of the package and for running from sources; no part of the package itself.
 */
import { build } from "esbuild"
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import type { PageAssets } from "./PageAssets.js"

// From `src/viewer` and from `dist/viewer` alike: the sources of the page are bundled, not what the compiler made of them.
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

/** Bundles both. Fails where a source does not compile, or holds what would end its element in the page. */
export const buildAssets = async (): Promise<PageAssets> => {
  const [script, style] = await Promise.all([bundle("main.ts"), bundle("style.css")])
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new Error("The page's script or style holds text that would end its element: write it in two parts")
  }
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) }
}

/** The module that stands for `assets` in the package. */
export const assetsModule = (assets: PageAssets): string =>
  `const assets = ${JSON.stringify(assets)}\nexport const loadAssets = () => Promise.resolve(assets)\n`
