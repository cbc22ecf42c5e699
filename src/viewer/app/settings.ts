/**
 * What the page was made with: its title, its records, and where to hear of new ones. Written by `renderPage`, read once.
 */
import type { PageSettings } from "../PageSettings.js"

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
