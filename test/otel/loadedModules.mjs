/**
 * Loaded with `--import`: prints every module that the program loads, one per line, after `loaded `.
 */
import { register } from "node:module"

const hooks = `
  import { writeSync } from "node:fs"
  export const resolve = async (specifier, context, next) => {
    const resolved = await next(specifier, context)
    writeSync(1, "loaded " + resolved.url + "\\n")
    return resolved
  }
`

register(`data:text/javascript,${encodeURIComponent(hooks)}`)
