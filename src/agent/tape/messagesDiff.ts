/**
 * How the messages of two requests differ, in a few lines.
 */

const parsed = (text: string): ReadonlyArray<unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  } catch {
    return [text]
  }
}

/** Characters shown before the first difference of two long texts. */
const lead = 60
/** Characters of a message that are shown. */
const longest = 400

const excerpt = (text: string, from: number): string => {
  const start = Math.max(0, from - lead)
  const shown = text.slice(start, start + longest)
  return `${start > 0 ? "…" : ""}${shown}${start + longest < text.length ? "…" : ""}`
}

const firstDifference = (a: string, b: string): number => {
  let at = 0
  while (at < a.length && a[at] === b[at]) {
    at++
  }
  return at
}

/** The messages that differ: `- ` before what was recorded, `+ ` before what was requested. Both arguments are JSON arrays of messages. */
export const messagesDiff = (recorded: string, asked: string): string => {
  const [before, after] = [parsed(recorded), parsed(asked)]
  const lines: Array<string> = []
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [a, b] = [JSON.stringify(before[index]), JSON.stringify(after[index])]
    if (a !== b) {
      const from = firstDifference(a ?? "", b ?? "")
      lines.push(`message ${index + 1}:`)
      lines.push(...(a === undefined ? [] : [`- ${excerpt(a, from)}`]))
      lines.push(...(b === undefined ? [] : [`+ ${excerpt(b, from)}`]))
    }
  }
  return lines.slice(0, 12).join("\n")
}
