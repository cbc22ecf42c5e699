/**
 * Loads the page's script and style. When run from the sources, they are bundled on first use; the published package replaces this module with one
 * that contains them (`assetsModule` of `build`), so it needs no bundler.
 */
import type { PageAssets } from "./PageAssets.js"

let built: Promise<PageAssets> | undefined

/** Script and style of the page; bundled once per process. */
export const loadAssets = (): Promise<PageAssets> => {
  built ??= import("./build.js").then(({ buildAssets }) => buildAssets())
  return built
}
