/**
 * The dialog that explains the keys and the search.
 */
import { type Child, dialog, element, inline } from "../dom.js"

const keys: ReadonlyArray<readonly [string, string]> = [
  ["j k ↓ ↑", "next, previous span"],
  ["→ ←", "unfold, fold; go to child, parent"],
  ["Enter", "details of the span"],
  ["] [", "next, previous trace"],
  ["e E", "next, previous failed span"],
  ["n N", "next, previous search match"],
  ["+ - 0", "zoom in, out, show the whole trace"],
  ["h l", "earlier, later"],
  ["f", "zoom to the selected span"],
  ["c x", "fold, unfold everything"],
  ["o", "only the spans that the search finds, and their ancestors"],
  ["v", "timeline, conversation, agents"],
  ["s", "summary, and back"],
  ["t", "light or dark"],
  ["/", "search"],
  ["Esc", "close, clear"],
  ["?", "this help"]
]

const searches: ReadonlyArray<readonly [string, string]> = [
  ["timeout", "the word in a span's name, attributes, events, exception or ids"],
  ["turn=3", "an attribute whose value starts with 3"],
  ["\"two words\"", "both words, in this order"],
  ["user:alice", "traces of a user; also session: agent: model: tool:"],
  ["duration:2s..", "traces that took at least 2s; also cost:$0.01..$0.05 start:2026-11-22T14:00Z.."],
  [
    "score:correctness<0.8",
    "traces with such a score; also score:NAME score:NAME=0.2..0.4 score:NAME=pass score:\"two words>1\""
  ],
  ["is:failed", "traces with failed spans; also is:open is:interrupted"]
]

export const makeHelp = (): HTMLDialogElement =>
  dialog(
    "Help",
    { "aria-label": "Help", id: "help" },
    element("h3", {}, "Keys"),
    list(keys, (term) => term.split(" ").flatMap((key) => [element("kbd", {}, key), " "])),
    element("h3", {}, "Search"),
    list(searches, (term) => [inline("mono", term)]),
    element("h3", {}, "Mouse"),
    element(
      "p",
      {},
      "Drag over the strip above the axis to zoom. Ctrl+wheel zooms; Shift+wheel moves the time range."
    )
  )

const list = (entries: typeof keys, termView: (term: string) => ReadonlyArray<Child>): HTMLElement =>
  element(
    "dl",
    {},
    ...entries.flatMap(([term, text]) => [element("dt", {}, ...termView(term)), element("dd", {}, text)])
  )
