/**
 * Memoizes functions of strings that repeat: keys, names, ids.
 *
 * The number and length of the cached strings is bounded, so a program with ever-changing keys costs time, not memory.
 */

/** Longer strings are not cached. */
const longest = 256

/** Caches the results for up to `most` strings, then clears the cache. A program uses a few dozen names and keys. */
export const memoize = <A>(most: number, make: (text: string) => A): (text: string) => A => {
  const known = new Map<string, A>()
  const add = (text: string): A => {
    const made = make(text)
    if (text.length <= longest) {
      if (known.size >= most) {
        known.clear()
      }
      known.set(text, made)
    }
    return made
  }
  return (text) => known.get(text) ?? add(text)
}

/**
 * Caches the result for the last string: spans share their trace, and often their parent.
 *
 * The parts are joined immediately. V8 would keep the operands of `+` separate until the string is read, and every line would join them again.
 */
export const memoizeLast = (parts: (text: string) => ReadonlyArray<string>): (text: string) => string => {
  let last: string | undefined = undefined
  let made = ""
  return (text) => {
    if (text !== last) {
      made = parts(text).join("")
      last = text.length <= longest ? text : undefined
    }
    return made
  }
}
