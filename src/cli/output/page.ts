/**
 * The HTML page for a command's files, in pieces: records are copied as they are, so a page of any size takes little memory.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import type { IoError } from "../Failure.js"
import { isRecord } from "../input/entries.js"
import { noteBroken, Recognition, unpackedOf } from "../input/input.js"
import type { Output } from "./Output.js"

/** The text of a file, decompressed if needed, with a newline at its end. Fails at its end for a file that is not a trace file. */
const textOf = (path: string): Stream.Stream<string, IoError, Output> =>
  Stream.suspend(() => {
    const decoder = new TextDecoder()
    const recognition = new Recognition(path)
    const splitter = new LineSplitter()
    let isKnown = false
    const look = (line: Line): void => {
      isKnown ||= decodeEntries(line).some(isRecord)
      recognition.line(line, isKnown)
    }
    return unpackedOf(path, recognition).pipe(
      Stream.catchTag("GzipError", (error) => Stream.execute(noteBroken(path, error))),
      Stream.tap((chunk) => Effect.sync(() => splitter.push(chunk, look))),
      Stream.map((chunk) => decoder.decode(chunk, { stream: true })),
      Stream.concat(Stream.make("\n")),
      Stream.concat(Stream.execute(Effect.suspend(() => {
        splitter.end(look)
        return recognition.check
      })))
    )
  })

export const pageOf = (
  paths: ReadonlyArray<string>,
  title: string
): Stream.Stream<string, IoError, Output> =>
  Stream.unwrap(Effect.map(loadPage, ({ assets, escapeData, pageParts }) => {
    const { head, tail } = pageParts(assets, { title })
    const records = Stream.flatMap(Stream.fromIterable(paths), textOf)
    return Stream.make(head).pipe(
      Stream.concat(Stream.map(records, escapeData)),
      Stream.concat(Stream.make(tail))
    )
  }))

/** Loads the page's parts on demand, because most commands do not need them. */
export const loadPage = Effect.promise(async () => {
  const [{ loadAssets }, { escapeData, pageCsp, pageParts, renderPage }] = await Promise.all([
    import("../../viewer/assets.js"),
    import("../../viewer/page.js")
  ])
  return { assets: await loadAssets(), escapeData, pageCsp, pageParts, renderPage }
})
