/**
 * Where the page's script and style come from. Here, among the sources, they are bundled when they are first asked for; the package holds in the
 * place of this module one with the finished texts (`assetsModule` of `build`), so that it needs no bundler.
 */
import type { PageAssets } from "./PageAssets.js"

let built: Promise<PageAssets> | undefined

/** Script and style of the page; made once a process. */
export const loadAssets = (): Promise<PageAssets> => {
  built ??= import("./build.js").then(({ buildAssets }) => buildAssets())
  return built
}
