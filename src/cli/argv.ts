/**
 * The words of the command line, made what the parser takes, and what it would take without a word: `--name=value` and `-n5` are two words each, an
 * unknown option is no file.
 */

/** The words behind the program's name; everything behind `--` stays as it is. */
export const normalized = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = words.indexOf("--")
  const options = end < 0 ? words : words.slice(0, end)
  return [...options.flatMap(splitAtEquals), ...(end < 0 ? [] : words.slice(end))]
}

const splitAtEquals = (word: string): ReadonlyArray<string> => {
  const match = /^(--[a-z][a-z-]*)=([^]*)$/.exec(word) ?? /^(-[a-z])(\d+)$/.exec(word)
  return match === null ? [word] : [match[1]!, match[2]!]
}

/** A word that looks like an option but was taken for a file, because there is no such option. */
export const unknownOption = (files: ReadonlyArray<string>, words: ReadonlyArray<string>): string | undefined => {
  const end = words.indexOf("--")
  const meant = end < 0 ? [] : words.slice(end + 1)
  return files.find((file) => file.length > 1 && file.startsWith("-") && !meant.includes(file))
}
