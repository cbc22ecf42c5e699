/**
 * The HTML page of files, in pieces: records are copied as they are, so a page of any size takes little memory.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { gunzipped, type GzipError } from "../../readers/gunzip.js"
import type { IoError } from "../Failure.js"
import { bytesOf, noteTruncated } from "../input/input.js"
import type { Output } from "./Output.js"

/** The text of a file, decompressed if needed, with a newline at its end. */
const textOf = (path: string): Stream.Stream<string, IoError, Output> =>
  Stream.unwrap(
    Effect.map(Effect.runtime<Output>(), (runtime) => {
      const decoder = new TextDecoder()
      const bytes = Stream.toAsyncIterableRuntime(bytesOf(path), runtime)
      const unpacked = Stream.fromAsyncIterable(gunzipped(bytes), (error) => error as GzipError | IoError).pipe(
        Stream.catchTag("GzipError", () => Stream.execute(noteTruncated(path)))
      )
      return Stream.map(unpacked, (chunk) => decoder.decode(chunk, { stream: true })).pipe(
        Stream.concat(Stream.make("\n"))
      )
    })
  )

/** The page that shows these files. */
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

/** The page's parts, loaded on demand: most commands do not need them. */
export const loadPage = Effect.promise(async () => {
  const [{ loadAssets }, { escapeData, pageCsp, pageParts, renderPage }] = await Promise.all([
    import("../../viewer/assets.js"),
    import("../../viewer/page.js")
  ])
  return { assets: await loadAssets(), escapeData, pageCsp, pageParts, renderPage }
})
