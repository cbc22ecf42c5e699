/**
 * What happens with version 4 of effect, which a bare `npm install effect` installs: npm refuses to install and names the supported range. If the
 * installation is forced, imports fail with an error that names the required version.
 */
import { modules, specifier } from "./manifest.mjs"
import { check } from "./outcome.mjs"
import { importing, install, refusal } from "./project.mjs"

const four = "effect@4"

/** Requires an empty project. */
export const checkEffectFour = (project, tarball) => {
  const message = refusal(project, tarball, four)
  check(
    `npm refuses to install with ${four}, and names the required range`,
    message !== undefined && /ERESOLVE/.test(message) && /effect@"\^3/.test(message)
      ? undefined
      : message ?? "it installs"
  )
  install(project, tarball, four, "--legacy-peer-deps")
  for (const subpath of modules) {
    const problem = importing(project, subpath) ?? "it can be imported"
    const isClear = problem.includes("requiresEffect3.js")
    check(`import ${specifier(subpath)} with ${four} names the required version`, isClear ? undefined : problem)
  }
}
