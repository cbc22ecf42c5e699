/**
 * Functions of a text that remember what they gave for the texts that come again and again: keys, names, ids.
 *
 * What they remember is bounded in number and in length, so that a program which makes its keys up costs time and not memory.
 */

/** Longer texts are not remembered. */
const longest = 256

/** Remembers what was given, for `most` texts at most: when there are more, all are forgotten. A program has some dozens of names and keys. */
export const remembered = <A>(most: number, make: (text: string) => A): (text: string) => A => {
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
 * Remembers what was given for the text that came last: spans share their trace, and often their parent.
 *
 * The parts are joined at once: what `+` makes stays in its parts until it is read, and each line would read them again.
 */
export const rememberedLast = (parts: (text: string) => ReadonlyArray<string>): (text: string) => string => {
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
