/**
 * Loads the page's settings and records, and files that are dropped onto it, with a progress bar and short messages.
 *
 * Reading pauses every few milliseconds, so that a large file shows its progress and the page stays usable. The first bytes decide whether data is gzipped.
 */
import { gunzipped } from "../../readers/gunzip.js"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import type { TraceBook } from "../model/TraceBook.js"
import type { PageSettings } from "../PageAssets.js"
import { block, element } from "./dom.js"
import { now } from "./live.js"

/** Called with the share that has been read, from 0 to 1. */
export type OnProgress = (share: number) => void

/** Milliseconds of work before yielding to the browser. */
const slice = 24

/** Bytes processed between two checks of the time. */
const pieceSize = 128 * 1024

/** Reads a `Blob` into the book. If compressed data is damaged, keeps what came before and throws. */
export const readBlob = async (blob: Blob, book: TraceBook, onProgress: OnProgress): Promise<void> => {
  const splitter = new LineSplitter()
  const onLine = (line: Line) => decodeEntries(line).forEach((entry) => book.add(entry))
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

// Not every browser can iterate a stream.
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

/** The settings. A page that was truncated when it was saved has none, and is shown as an empty page. */
export const readSettings = (): PageSettings => {
  const text = document.getElementById("settings")?.textContent ?? ""
  return text === "" ? { title: "loom-telemetry" } : JSON.parse(text) as PageSettings
}

/** Removes the records from the document, so that memory holds them once. */
export const takeRecords = (): Blob => {
  const holder = document.getElementById("records")
  const text = holder?.textContent ?? ""
  holder?.remove()
  return new Blob([text.startsWith("\n") ? text.slice(1) : text])
}

export interface Progress {
  /** From 0 to 1; 1 hides it. */
  readonly show: (share: number) => void
}

export const makeProgress = (): Progress => {
  const bar = block("")
  const line = element("div", {
    class: "progress",
    attributes: { role: "progressbar", "aria-label": "Reading", "aria-valuemin": 0, "aria-valuemax": 100, hidden: true }
  }, bar)
  document.body.append(line)
  return {
    show: (share) => {
      line.hidden = share >= 1
      line.setAttribute("aria-valuenow", String(Math.round(share * 100)))
      bar.style.setProperty("width", `${share * 100}%`)
    }
  }
}

/** How long a message stays, in milliseconds. */
const messageTime = 6000

export const showToast = (message: string): void => {
  const toast = element("div", { class: "toast", attributes: { role: "alert" } }, message)
  document.body.append(toast)
  setTimeout(() => toast.remove(), messageTime)
}
