/**
 * Finds media in a text: `data:` URLs, and long runs of base64, on one line or wrapped. The work is linear in the length of the text, and done in
 * pieces.
 */
import { type Paced, pieceLength } from "./mediaBytes.js"

/** A piece of a text that is media. */
export interface FoundMedia {
  /** Where it starts and ends in the text, including its `data:` header. */
  readonly start: number
  readonly end: number
  readonly mediaType: string | undefined
  readonly payload: string
  readonly isBase64: boolean
}

/** Characters of prose per piece; only a few of them are looked at. */
const prosePiece = 8 * pieceLength

/** Shorter runs may be words, ids or keys. */
const shortestRun = 512

/** Whether a search is worthwhile. */
export const mayHoldMedia = (text: string): boolean => text.length >= shortestRun || text.includes("data:")

const header = /data:([\w.+-]+\/[\w.+-]+)?(?:;[\w.=+-]+){0,4},/y

const isBase64Code = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 47 && code <= 57) || code === 43 ||
  code === 45 ||
  code === 95

const isUrlCode = (code: number): boolean =>
  code > 32 && code !== 34 && code !== 39 && code !== 41 && code !== 60 && code !== 62 && code !== 92 && code !== 96

/** The end of a run of such characters, at most `to`. */
const endOf = (text: string, from: number, to: number, belongs: (code: number) => boolean): number => {
  let end = from
  while (end < to && belongs(text.charCodeAt(end))) {
    end++
  }
  return end
}

const startOf = (text: string, end: number, least: number): number => {
  let start = end
  while (start > least && isBase64Code(text.charCodeAt(start - 1))) {
    start--
  }
  return start
}

function* runEnd(text: string, from: number, belongs: (code: number) => boolean): Paced<number> {
  let end = from
  while (true) {
    const to = Math.min(text.length, end + pieceLength)
    end = endOf(text, end, to, belongs)
    if (end < to || end === text.length) {
      return end
    }
    yield
  }
}

const padded = (text: string, end: number): number =>
  text[end] === "=" ? (text[end + 1] === "=" ? end + 2 : end + 1) : end

/** Whether base64 is wrapped at this width: in MIME (RFC 2045), or in PEM (RFC 7468). */
const isLineWidth = (width: number): boolean => width === 76 || width === 64

const lineBreaks = ["\r\n", "\n"]

/** A line of words continues, a line of base64 does not. */
const endsLine = (next: string | undefined): boolean => next === undefined || "\r\n\"'`)>".includes(next)

/** The start of wrapped base64, given the start of one of its lines. */
const wrappedStart = (text: string, start: number, least: number): number => {
  let first = start
  while (true) {
    const before = first - (lineBreaks.find((each) => text.endsWith(each, first))?.length ?? first)
    const line = startOf(text, before, least)
    if (!isLineWidth(before - line)) {
      return first
    }
    first = line
  }
}

/** The end of wrapped base64, given its first line: all further lines have the same width, except that the last may be shorter. */
function* wrappedEnd(text: string, start: number, firstEnd: number): Paced<number> {
  const width = firstEnd - start
  let end = firstEnd
  for (let pauseAt = start + pieceLength; isLineWidth(width);) {
    const next = end + (lineBreaks.find((each) => text.startsWith(each, end))?.length ?? 0)
    const lineEnd = endOf(text, next, Math.min(text.length, next + width + 1), isBase64Code)
    const length = padded(text, lineEnd) - next
    if (next === end || length === 0 || length > width || length % 4 !== 0 || !endsLine(text[next + length])) {
      break
    }
    end = lineEnd
    if (length < width) {
      break
    }
    if (end >= pauseAt) {
      pauseAt += pieceLength
      yield
    }
  }
  return padded(text, end)
}

/** The media in a text, in order. */
export function* findMedia(text: string): Paced<ReadonlyArray<FoundMedia>> {
  const found: Array<FoundMedia> = []
  let from = 0
  for (let at = text.indexOf("data:"); at >= 0; at = text.indexOf("data:", Math.max(from, at + 1))) {
    const url = yield* dataUrl(text, at)
    if (url !== undefined) {
      found.push(...yield* longRuns(text, from, at), url)
      from = url.end
    }
  }
  return [...found, ...yield* longRuns(text, from, text.length)]
}

function* dataUrl(text: string, start: number): Paced<FoundMedia | undefined> {
  const url = readHeader(text, start)
  if (url === undefined) {
    return undefined
  }
  const end = url.isBase64
    ? yield* wrappedEnd(text, url.end, yield* runEnd(text, url.end, isBase64Code))
    : yield* runEnd(text, url.end, isUrlCode)
  return end === url.end ? undefined : { ...url, start, end, payload: text.slice(url.end, end) }
}

/** The header of a `data:` URL that starts here, and where the header ends; `undefined` if there is none. */
export const readHeader = (
  text: string,
  start: number
): Pick<FoundMedia, "end" | "mediaType" | "isBase64"> | undefined => {
  header.lastIndex = start
  const match = header.exec(text)
  return match === null
    ? undefined
    : { end: start + match[0].length, mediaType: match[1], isBase64: match[0].endsWith(";base64,") }
}

// A run of the minimum length covers two neighbouring points of a grid half as wide, so only every grid point has to be checked.
function* longRuns(text: string, from: number, to: number): Paced<ReadonlyArray<FoundMedia>> {
  const found: Array<FoundMedia> = []
  let least = from
  let pauseAt = from + prosePiece
  for (let at = from; at < to; at += shortestRun / 2) {
    if (at >= pauseAt) {
      pauseAt = at + prosePiece
      yield
    }
    if (at < least || !isBase64Code(text.charCodeAt(at))) {
      continue
    }
    const start = wrappedStart(text, startOf(text, at, least), least)
    const end = Math.min(to, yield* wrappedEnd(text, start, yield* runEnd(text, start, isBase64Code)))
    least = end
    if (end - start >= shortestRun && looksEncoded(text.slice(start, start + shortestRun))) {
      found.push({ start, end, mediaType: undefined, payload: text.slice(start, end), isBase64: true })
    }
  }
  return found
}

// Lines of dashes, repeated letters and hexadecimal digits are text.
const looksEncoded = (text: string): boolean => /[a-z]/.test(text) && /[A-Z]/.test(text) && /[0-9]/.test(text)
