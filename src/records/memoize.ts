/**
 * Memoizes functions of repeated texts: keys, names, ids.
 *
 * The number and length of the kept texts is bounded, so a program that invents new keys costs time, not memory.
 */

/** Longer texts are not kept. */
const longest = 256

/** Keeps the results for up to `most` texts, then forgets all of them. A program uses a few dozen names and keys. */
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
 * Keeps the result for the last text: spans share their trace, and often their parent.
 *
 * The parts are joined at once. V8 would keep the operands of `+` apart until the text is read, and every line would join them again.
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
