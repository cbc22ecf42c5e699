/**
 * Follows a growing file through the server of the page: an event stream of lines that resumes where it stopped.
 *
 * The browser reconnects automatically while the server responds; if the server refuses or is gone, this retries at growing intervals. The trap: the
 * cursor belongs to the server; the page only sends back the last one it received.
 */
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import type { TraceBook } from "../model/TraceBook.js"

/** Milliseconds since the epoch. No Effect runs in the page, so there is no Clock to ask. */
// eslint-disable-next-line no-restricted-syntax -- the only place in the page that reads the clock
export const now = (): number => Date.now()

export type LiveState = "connecting" | "reading" | "following" | "lost"

export interface LiveListener {
  readonly onState: (state: LiveState) => void
  /** Called when records arrive, which is often: draw rarely. */
  readonly onRecords: () => void
}

/** Milliseconds before retrying a refused connection: the first time, and at most. */
const firstWait = 1000
const maxWait = 15_000

/** Follows the file until the page is closed. */
export const follow = (url: string, book: TraceBook, listener: LiveListener): void => {
  let cursor = ""
  let wait = firstWait
  const encoder = new TextEncoder()
  const splitter = new LineSplitter()
  const onLine = (line: Line) => decodeEntries(line).forEach((entry) => book.add(entry))

  const take = (event: MessageEvent<string>): void => {
    splitter.push(encoder.encode(`${event.data}\n`), onLine)
    listener.onRecords()
  }

  const connect = (): void => {
    listener.onState("connecting")
    const source = new EventSource(`${url}?after=${encodeURIComponent(cursor)}`)
    const on = (type: string, action: (event: MessageEvent<string>) => void) =>
      source.addEventListener(type, (event) => {
        cursor = event.lastEventId || cursor
        wait = firstWait
        action(event)
      })
    on("lines", take)
    on("rotated", () => listener.onState("reading"))
    on("caught-up", () => listener.onState("following"))
    source.addEventListener("open", () => listener.onState("reading"))
    source.addEventListener("error", () => {
      listener.onState("lost")
      if (source.readyState === EventSource.CLOSED) {
        setTimeout(connect, wait)
        wait = Math.min(wait * 2, maxWait)
      }
    })
  }
  connect()
}
