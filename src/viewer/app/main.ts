/**
 * The entry point of the page: reads its records, follows a live file, accepts dropped files, and keeps the page's address up to date.
 */
import { initialState, type PageState, routeOf, withRoute, withTrace, withTraces } from "../model/pageState.js"
import { formatRoute, parseRoute } from "../model/route.js"
import { TraceBook } from "../model/TraceBook.js"
import { prepareSearch, type TraceView } from "../model/TraceView.js"
import { element } from "./dom.js"
import { follow, now } from "./live.js"
import { makeProgress, readBlob, readSettings, showToast, takeRecords } from "./loader.js"
import { makeStore, type Store } from "./store.js"
import { makeFrame } from "./views/frame.js"

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
    showToast(error instanceof Error ? error.message : String(error))
  }
}

const openFiles = async (files: ReadonlyArray<File>): Promise<void> => {
  const before = book.records
  for (const file of files) {
    await read(file)
  }
  if (book.records === before && files.length > 0) {
    showToast(`No telemetry records in ${files.map(({ name }) => name).join(", ")}`)
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

/** Spans to prepare for searching before yielding to the browser: a few milliseconds of work. */
const batch = 1000

/** Prepares the shown trace for searching while the page is idle, so that the first search is as fast as the next. */
const prepareSearches = (): void => {
  let prepared: TraceView | undefined
  let at = 0
  let planned = false
  const step = (): void => {
    const { trace } = store.get()
    planned = false
    at = trace === prepared ? at : 0
    prepared = trace
    if (trace !== undefined && at < trace.spans.length) {
      prepareSearch(trace.spans.slice(at, at + batch))
      at += batch
      plan()
    }
  }
  const plan = (): void => {
    if (!planned) {
      planned = true
      setTimeout(step)
    }
  }
  store.subscribe(plan)
  plan()
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
  prepareSearches()
  document.getElementById("spans")?.focus()
  if (settings.live !== undefined) {
    followLive(settings.live.url)
  }
}

/** Milliseconds before the address is updated: browsers reject hundreds of changes in a few seconds, and holding down a key causes that many. */
const patience = 150

/** Keeps the page's state and its address in step from now on. */
const followAddress = (store: Store<PageState>): void => {
  let leading = false
  let waiting: ReturnType<typeof setTimeout> | undefined
  addEventListener("popstate", () => {
    leading = true
    store.update((state) => withRoute(state, parseRoute(location.hash)))
    leading = false
  })
  // Otherwise Back would go to an empty address. The address of something that has not arrived yet stays.
  if (location.hash === "") {
    history.replaceState(null, "", formatRoute(routeOf(store.get())) || location.pathname + location.search)
  }
  store.subscribe((state, before) => {
    const hash = formatRoute(routeOf(state))
    if (leading || hash === location.hash) {
      return
    }
    clearTimeout(waiting)
    const isStep = before.trace !== undefined &&
      (state.view !== before.view || state.trace?.traceId !== before.trace.traceId)
    const write = () =>
      history[isStep ? "pushState" : "replaceState"](null, "", hash || location.pathname + location.search)
    if (isStep) {
      write()
    } else {
      waiting = setTimeout(write, patience)
    }
  })
}

/** The file chooser; `onFiles` is called with the chosen files. */
const makeEmptyPage = (onFiles: (files: ReadonlyArray<File>) => void): HTMLElement => {
  const input: HTMLInputElement = element("input", {
    class: "spoken",
    attributes: { type: "file", multiple: true, accept: ".jsonl,.ndjson,.json,.gz,.log,.txt", id: "file" },
    on: { change: () => onFiles([...input.files ?? []]) }
  })
  return element(
    "main",
    { class: "empty" },
    element("h1", {}, "Open a trace file"),
    element(
      "p",
      { class: "dim" },
      "JSON Lines from loom-telemetry or OpenTelemetry, plain or gzipped. The file stays in this page; nothing is uploaded."
    ),
    element("label", { class: "drop", attributes: { for: "file" } }, "Drop a file here, or choose one", input)
  )
}

const acceptDrops = (onFiles: (files: ReadonlyArray<File>) => void): void => {
  const isFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true
  const mark = (on: boolean) => document.body.classList.toggle("dropping", on)
  addEventListener("dragover", (event) => {
    if (isFile(event)) {
      event.preventDefault()
      mark(true)
    }
  })
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      mark(false)
    }
  })
  addEventListener("drop", (event) => {
    mark(false)
    if (isFile(event)) {
      event.preventDefault()
      onFiles([...event.dataTransfer?.files ?? []])
    }
  })
}

void start()
