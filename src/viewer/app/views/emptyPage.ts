/**
 * The page without records: where to put a file. Dropping one works on the full page too, and adds to what is there.
 */
import { element } from "../dom.js"

/** The place for a file; `onFiles` hears of those that are chosen. */
export const makeEmptyPage = (onFiles: (files: ReadonlyArray<File>) => void): HTMLElement => {
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
      "JSON lines written by loom-telemetry, plain or gzipped. It is read here, in this page; nothing leaves it."
    ),
    element("label", { class: "drop", attributes: { for: "file" } }, "Drop a file here, or choose one", input)
  )
}

/** Lets files be dropped anywhere on the page. */
export const acceptDrops = (onFiles: (files: ReadonlyArray<File>) => void): void => {
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
