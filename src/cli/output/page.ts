/**
 * The HTML page of files, in pieces: the records go through as they are, so that a file of any size becomes a page without being held.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { gunzipped, type GzipError } from "../../readers/gunzip.js"
import type { InputError } from "../Failure.js"
import { bytesOf, noteBroken } from "../input/input.js"
import type { Output } from "./Output.js"

/** Text of bytes that are perhaps compressed; each file ends with a newline. */
const textOf = (path: string): Stream.Stream<string, InputError, Output> =>
  Stream.unwrap(
    Effect.map(Effect.runtime<Output>(), (runtime) => {
      const decoder = new TextDecoder()
      const bytes = Stream.toAsyncIterableRuntime(bytesOf(path), runtime)
      const unpacked = Stream.fromAsyncIterable(gunzipped(bytes), (error) => error as GzipError | InputError).pipe(
        Stream.catchTag("GzipError", () => Stream.execute(noteBroken(path)))
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
): Stream.Stream<string, InputError, Output> =>
  Stream.unwrap(Effect.map(loadPage, ({ assets, escapeData, pageParts }) => {
    const { head, tail } = pageParts(assets, { title })
    const records = Stream.flatMap(Stream.fromIterable(paths), textOf)
    return Stream.make(head).pipe(
      Stream.concat(Stream.map(records, escapeData)),
      Stream.concat(Stream.make(tail))
    )
  }))

/** The page's parts; loaded when they are needed, since most commands do without. */
export const loadPage = Effect.promise(async () => {
  const [{ loadAssets }, { escapeData, pageCsp, pageParts, renderPage }] = await Promise.all([
    import("../../viewer/assets.js"),
    import("../../viewer/page.js")
  ])
  return { assets: await loadAssets(), escapeData, pageCsp, pageParts, renderPage }
})
