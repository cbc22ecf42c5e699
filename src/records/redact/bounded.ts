/**
 * Answers that are remembered, but not for ever: when there are too many, all are forgotten.
 */

/** Remembers what a function of a text gave. Texts longer than 256 characters are not remembered. */
export const remembered = <A>(most: number, make: (text: string) => A): (text: string) => A => {
  const known = new Map<string, A>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) {
      return before
    }
    const made = make(text)
    if (text.length <= 256) {
      if (known.size >= most) {
        known.clear()
      }
      known.set(text, made)
    }
    return made
  }
}
