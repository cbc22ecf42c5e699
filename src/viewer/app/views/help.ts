/**
 * The dialog that tells the keys and the search.
 */
import { button, element } from "../dom.js"

const keys: ReadonlyArray<readonly [string, string]> = [
  ["j k ↓ ↑", "next, previous span"],
  ["→ ←", "unfold, fold; into, out of a span"],
  ["Enter", "details of the span"],
  ["] [", "next, previous trace"],
  ["e E", "next, previous failed span"],
  ["n N", "next, previous match of the search"],
  ["+ - 0", "zoom in, out, show the whole trace"],
  ["h l", "earlier, later"],
  ["f", "zoom to the chosen span"],
  ["c x", "fold, unfold everything"],
  ["s", "summary, and back"],
  ["t", "light or dark"],
  ["/", "search"],
  ["Esc", "close, clear"],
  ["?", "this help"]
]

const searches: ReadonlyArray<readonly [string, string]> = [
  ["timeout", "the word in a span's name, attributes, events, exception or ids"],
  ["turn=3", "an attribute's value begins so"],
  ["\"two words\"", "both in this order"],
  ["user:alice", "traces of a user; also session: agent: model: tool:"],
  ["is:failed", "with failed spans; also is:open is:interrupted"]
]

/** The dialog; `showModal` opens it. */
export const makeHelp = (): HTMLDialogElement => {
  const list = (entries: ReadonlyArray<readonly [string, string]>, keyed: boolean) =>
    element(
      "dl",
      {},
      ...entries.flatMap(([term, text]) => [
        element(
          "dt",
          {},
          ...(keyed
            ? term.split(" ").flatMap((key) => [element("kbd", {}, key), " "])
            : [element("span", { class: "mono" }, term)])
        ),
        element("dd", {}, text)
      ])
    )
  const dialog: HTMLDialogElement = element(
    "dialog",
    { attributes: { "aria-label": "Help", id: "help" } },
    element(
      "header",
      {},
      "Help",
      element("span", { class: "grow" }),
      button("✕", "Close (Esc)", () => dialog.close(), { class: "button plain" })
    ),
    element(
      "div",
      { class: "inside" },
      element("h3", {}, "Keys"),
      list(keys, true),
      element("h3", {}, "Search"),
      list(searches, false),
      element("h3", {}, "Mouse"),
      element("p", {}, "Drag over the strip above the axis to zoom; Ctrl and the wheel zoom, Shift and the wheel move.")
    )
  )
  return dialog
}
