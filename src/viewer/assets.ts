/**
 * Loads the page's script and style. In the sources they are bundled on first use; the published package replaces this module by one with the finished texts
 * (`assetsModule` of `build`), so it needs no bundler.
 */
import type { PageAssets } from "./PageAssets.js"

let built: Promise<PageAssets> | undefined

/** Script and style of the page; bundled once per process. */
export const loadAssets = (): Promise<PageAssets> => {
  built ??= import("./build.js").then(({ buildAssets }) => buildAssets())
  return built
}
