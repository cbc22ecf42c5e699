/**
 * The width of text on a terminal: most characters take one column, East Asian characters and emoji two, combining marks none.
 *
 * Terminals disagree on the details; this is accurate enough to keep lines from wrapping.
 */

const plain = /^[\u0020-\u007e\u00a0-\u02ff\u2010-\u203a]*$/

// East_Asian_Width W and F of Unicode 16, by block, and emoji, which terminals show as wide.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

const mark = /\p{Mn}|\p{Me}/u

const columnsOf = (character: string): number => wide.test(character) ? 2 : mark.test(character) ? 0 : 1

/** How many columns a text without control characters takes. */
export const columns = (text: string): number => {
  if (plain.test(text)) {
    return text.length
  }
  let sum = 0
  for (const character of text) {
    sum += columnsOf(character)
  }
  return sum
}

/** As much of the start of the text as fits into `room` columns. */
export const fitting = (text: string, room: number): string => {
  let left = room
  let end = 0
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) {
      return text.slice(0, end)
    }
    end += character.length
  }
  return text
}
