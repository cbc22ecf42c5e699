/**
 * Shows the conversation of one run over all its turns, in place of the waterfall.
 *
 * New records of a trace are only added at the end, so unfolded messages stay unfolded.
 */
import { conversationOf, type Entry, runOf } from "../../model/content/conversation.js"
import { formatNumberOf, oneLine } from "../../model/format.js"
import { labelOf } from "../../model/kind.js"
import type { PageState } from "../../model/pageState.js"
import type { SpanView, TraceView } from "../../model/TraceView.js"
import { block, button, element, fill } from "../dom.js"
import { entryView, type OnSpan } from "./messages.js"

export interface ConversationView {
  readonly element: HTMLElement
  readonly draw: (state: PageState) => void
}

/** Messages added to the document at once. */
const page = 100

/** At most this many runs are listed; any run can be chosen in the waterfall. */
const maxRuns = 500

/** Makes the view; `onRun` is called with the run that was chosen from its list. */
export const makeConversation = (onSpan: OnSpan, onRun: OnSpan): ConversationView => {
  const runs = element("select", {
    attributes: { "aria-label": "Run" },
    on: { change: () => onRun(Number(runs.value)) }
  })
  const count = element("span", { class: "dim" })
  const list = block("messages")
  const more = button("", "Show more messages", () => showPage(), { class: "button" })
  const pane = element(
    "div",
    { class: "conversation", attributes: { tabindex: -1, id: "conversation", hidden: true } },
    block("conversation-head", runs, count),
    list,
    more
  )
  let drawn: { readonly trace: TraceView; readonly run: number } | undefined
  let entries: ReadonlyArray<Entry> = []
  let keys: Array<string> = []

  const showPage = (): void => {
    for (const entry of entries.slice(keys.length, keys.length + page)) {
      list.append(entryView(entry, onSpan))
      keys.push(keyOf(entry))
    }
    more.hidden = keys.length >= entries.length
    more.textContent = `Show more (${formatNumberOf(entries.length - keys.length, "message")} left)`
  }

  return {
    element: pane,
    draw: ({ selected, trace }) => {
      if (trace === undefined) {
        return
      }
      const run = runOf(trace, Math.max(0, selected))
      if (drawn?.trace === trace && drawn.run === run) {
        return
      }
      const isSame = drawn?.trace.traceId === trace.traceId && drawn.run === run
      entries = conversationOf(trace, run)
      // Compared as text, because every version of a growing trace has entries of its own.
      if (!isSame || entries.length < keys.length || keys.some((key, at) => key !== keyOf(entries[at]!))) {
        keys = []
        list.replaceChildren()
        pane.scrollTop = 0
      }
      drawn = { trace, run }
      fillRuns(runs, trace, run)
      count.textContent = entries.length === 0 ? "" : formatNumberOf(entries.length, "message")
      if (keys.length < page) {
        showPage()
      }
      if (entries.length === 0) {
        fill(list, nothing())
      }
    }
  }
}

const keyOf = ({ parts, ...entry }: Entry): string =>
  JSON.stringify([
    entry.role,
    entry.omitted,
    entry.span?.index,
    parts.map((part) =>
      part.kind === "call" ? { ...part, span: part.span && [part.span.index, part.span.state] } : part
    )
  ])

const nothing = (): HTMLElement =>
  block(
    "notice",
    "This run has no messages. To record prompts and answers, set ",
    element("code", {}, "captureContent: \"attributes\""),
    " for the agent."
  )

const fillRuns = (runs: HTMLSelectElement, trace: TraceView, run: number): void => {
  const offered = trace.spans.filter(({ depth, index, kind }) => kind === "run" || index === run || depth === 0)
    .slice(0, maxRuns)
  const all = offered.some(({ index }) => index === run) ? offered : [...offered, trace.spans[run]!]
  runs.hidden = all.length < 2
  fill(runs, ...all.map((span) => element("option", { attributes: { value: span.index } }, nameOf(span))))
  runs.value = String(run)
}

const nameOf = (span: SpanView): string =>
  `${"\u00a0\u00a0".repeat(Math.min(span.depth, 12))}${oneLine(labelOf(span.kind, span.name, span.known).primary)}`
