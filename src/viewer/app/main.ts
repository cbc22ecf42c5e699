/**
 * The entry point of the page: reads its records, follows a live file, accepts dropped files.
 */
import { initialState, type PageState, withRoute, withTrace, withTraces } from "../model/pageState.js"
import { parseRoute } from "../model/route.js"
import { TraceBook } from "../model/TraceBook.js"
import { followAddress } from "./address.js"
import { element } from "./dom.js"
import { follow, now } from "./live.js"
import { readBlob, readSettings, takeRecords } from "./loader.js"
import { makeStore } from "./store.js"
import { acceptDrops, makeEmptyPage } from "./views/emptyPage.js"
import { makeFrame } from "./views/frame.js"
import { makeProgress, say } from "./views/progress.js"

const settings = readSettings()
document.title = settings.title
const book = new TraceBook()
const store = makeStore<PageState>(initialState)
const frame = makeFrame(store, book, settings.title)
const progress = makeProgress()
// The trace in the address may arrive later, in a dropped file or a stream.
let wanted = parseRoute(location.hash)

const notice = (text: string) => element("main", { class: "notice", attributes: { role: "status" } }, text)

/** What to show instead of the views while there are no traces. */
const content = (): HTMLElement | undefined =>
  store.get().traces.length > 0
    ? undefined
    : settings.live === undefined
    ? makeEmptyPage(openFiles)
    : notice("Waiting for the first span…")

/** Shows the current content of the book: the trace in the address, or else the newest. */
const showBook = (): void => {
  const { traces } = store.get()
  store.update((state) => withTraces(state, book.traces))
  if (traces.length === 0 || (wanted.trace !== "" && store.get().trace?.traceId !== wanted.trace)) {
    store.update((state) => withRoute(state, wanted))
  }
  if (store.get().trace?.traceId === wanted.trace) {
    wanted = { ...wanted, trace: "", span: "" }
  }
  store.update((state) => state.trace === undefined ? withTrace(state, state.found[0]) : state)
  frame.drawAll(content())
}

const read = async (blob: Blob): Promise<void> => {
  try {
    await readBlob(blob, book, progress.show)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
  }
}

const openFiles = async (files: ReadonlyArray<File>): Promise<void> => {
  const before = book.records
  for (const file of files) {
    await read(file)
  }
  if (book.records === before && files.length > 0) {
    say(`No telemetry records in ${files.map(({ name }) => name).join(", ")}`)
  }
  showBook()
}

/** Draws new records, but leaves the browser most of its time, however long drawing takes. */
const drawRarely = (): () => void => {
  let planned = false
  let cost = 0
  return () => {
    if (planned) {
      return
    }
    planned = true
    setTimeout(() => {
      planned = false
      const began = now()
      showBook()
      cost = now() - began
    }, Math.max(150, cost * 5))
  }
}

const followLive = (url: string): void => {
  const draw = drawRarely()
  follow(url, book, { onState: frame.bar.setLive, onRecords: draw })
  // Open spans grow even if nothing arrives.
  setInterval(() => {
    if (book.growTo(now())) {
      draw()
    }
  }, 500)
}

const start = async (): Promise<void> => {
  acceptDrops(openFiles)
  await read(takeRecords())
  showBook()
  followAddress(store)
  document.getElementById("spans")?.focus()
  if (settings.live !== undefined) {
    followLive(settings.live.url)
  }
}

void start()
