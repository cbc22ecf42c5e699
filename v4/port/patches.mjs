/**
 * Applies unified diffs by content instead of line numbers: the lines that a hunk expects must occur in the file exactly once.
 *
 * So changes elsewhere in a file of `src/` are carried over, and a change of the lines that a hunk replaces fails with the name of the file.
 */

/** The hunks of a patch, each with the expected lines and their replacement. */
export const parsePatch = (patch) => {
  const hunks = []
  for (const line of patch.split("\n")) {
    if (line.startsWith("@@")) {
      hunks.push({ before: [], after: [] })
      continue
    }
    const hunk = hunks.at(-1)
    if (hunk === undefined || line.startsWith("\\")) {
      continue
    }
    const rest = line.slice(1)
    if (line.startsWith("-") || line.startsWith(" ")) {
      hunk.before.push(rest)
    }
    if (line.startsWith("+") || line.startsWith(" ")) {
      hunk.after.push(rest)
    }
  }
  return hunks
}

const placesOf = (lines, sought, from) => {
  const places = []
  for (let at = from; at + sought.length <= lines.length; at++) {
    if (sought.every((line, index) => lines[at + index] === line)) {
      places.push(at)
    }
  }
  return places
}

/** The text with the patch applied. Throws if a hunk does not match exactly once. */
export const applyPatch = (text, patch) => {
  const lines = text.split("\n")
  const hunks = parsePatch(patch).map((hunk) => {
    const places = placesOf(lines, hunk.before, 0)
    if (places.length !== 1) {
      const found = places.length === 0 ? "are no longer in the file" : `occur ${places.length} times`
      throw new Error(`these lines ${found}:\n${hunk.before.map((line) => `    ${line}`).join("\n")}`)
    }
    return { ...hunk, at: places[0] }
  })
  for (const { after, at, before } of hunks.sort((a, b) => b.at - a.at)) {
    lines.splice(at, before.length, ...after)
  }
  return lines.join("\n")
}
