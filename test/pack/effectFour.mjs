/**
 * What happens to somebody who has version 4 of effect, which is what a bare `npm install effect` gives: npm refuses and names the range, and where it is
 * forced, an import ends with an error that names the version that is needed.
 */
import { modules, specifier } from "./manifest.mjs"
import { check } from "./outcome.mjs"
import { importing, install, refusal } from "./project.mjs"

const four = "effect@4"

/** Needs an empty project. */
export const checkEffectFour = (project, tarball) => {
  const said = refusal(project, tarball, four)
  check(
    `npm refuses to install with ${four}, and names the required range`,
    said !== undefined && /ERESOLVE/.test(said) && /effect@"\^3/.test(said) ? undefined : said ?? "it installs"
  )
  install(project, tarball, four, "--legacy-peer-deps")
  for (const subpath of modules) {
    const problem = importing(project, subpath) ?? "it can be imported"
    const isClear = problem.includes("requiresEffect3.js")
    check(`import ${specifier(subpath)} with ${four} says which version it needs`, isClear ? undefined : problem)
  }
}
