/**
 * The page without records asks for a file. Dropping files works at any time and adds to the records.
 */
import { element } from "../dom.js"

/** The file chooser; `onFiles` is called with the chosen files. */
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
      "JSON lines written by loom-telemetry, plain or gzipped. The file is read in this page; nothing is uploaded."
    ),
    element("label", { class: "drop", attributes: { for: "file" } }, "Drop a file here, or choose one", input)
  )
}

/** Accepts files dropped anywhere on the page. */
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
