/**
 * Running text in lines of a width, broken between words.
 */

/** The lines. A word that is longer than the width has a line of its own. */
export const wrapped = (text: string, width: number): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(word)
    } else {
      lines[lines.length - 1] = line === "" ? word : `${line} ${word}`
    }
  }
  return lines
}
