/**
 * From bytes to the book: what stands in the page, and what is dropped onto it.
 *
 * Reading gives way to the browser every few milliseconds, so that a large file shows its progress and the page can be used meanwhile. Plain or
 * gzipped is told by the first bytes, as everywhere in the package.
 */
import { gunzipped } from "../../readers/gunzip.js"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { decodeEntry } from "../../readers/TraceEntry.js"
import type { TraceBook } from "../model/TraceBook.js"
import type { PageSettings } from "../PageAssets.js"
import { now } from "./live.js"

/** Hears how far the reading is: a share from 0 to 1. */
export type OnProgress = (share: number) => void

/** Milliseconds of work until the browser gets its turn. */
const slice = 24

/** Bytes worked on between two looks at the time. */
const pieceSize = 128 * 1024

/** Reads a file, or text that was made a `Blob`, into the book. Damage ends it early, with what came before kept and an error that says so. */
export const readBlob = async (blob: Blob, book: TraceBook, onProgress: OnProgress): Promise<void> => {
  const splitter = new LineSplitter()
  const onLine = (line: Line) => book.add(decodeEntry(line))
  let given = 0
  let since = now()
  const counted = async function*() {
    for await (const chunk of chunksOf(blob)) {
      given += chunk.length
      yield chunk
    }
  }
  try {
    for await (const chunk of gunzipped(counted())) {
      for (let at = 0; at < chunk.length; at += pieceSize) {
        splitter.push(chunk.subarray(at, at + pieceSize), onLine)
        if (now() - since > slice) {
          onProgress(blob.size === 0 ? 1 : given / blob.size)
          await nextTurn()
          since = now()
        }
      }
    }
  } finally {
    splitter.end(onLine)
    onProgress(1)
  }
}

// Not every browser can iterate a stream by itself.
async function* chunksOf(blob: Blob): AsyncIterable<Uint8Array> {
  const reader = blob.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) {
      return
    }
    yield value
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

/** The settings; a page that was cut off while it was saved has none, and is an empty page. */
export const readSettings = (): PageSettings => {
  const text = document.getElementById("settings")?.textContent ?? ""
  return text === "" ? { title: "loom-telemetry" } : JSON.parse(text) as PageSettings
}

/** Takes the records out of the document, which need not hold them twice. */
export const takeRecords = (): Blob => {
  const holder = document.getElementById("records")
  const text = holder?.textContent ?? ""
  holder?.remove()
  return new Blob([text.startsWith("\n") ? text.slice(1) : text])
}
