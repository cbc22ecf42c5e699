/**
 * The details of one span: times, usage, exception, scores, attributes, events, links, measurements.
 */
import type { Attributes, AttributeValue } from "../../../records/attributes.js"
import type { MetricData } from "../../../records/SpanData.js"
import { type Entry, exchangeOf } from "../../model/content/conversation.js"
import { contentKeys, contentOf, hasMessages } from "../../model/content/spanContent.js"
import {
  formatCount,
  formatDuration,
  formatNumberOf,
  formatUsdExactly,
  fullTime,
  manyLines,
  oneLine
} from "../../model/format.js"
import { kindTitle, labelOf } from "../../model/kind.js"
import { routeTo } from "../../model/route.js"
import type { SpanView, TraceView } from "../../model/TraceView.js"
import { copyButton } from "../copy.js"
import { block, button, type Child, element, fill, inline } from "../dom.js"
import { valueView } from "./jsonView.js"
import { entryView, type OnSpan } from "./messages.js"
import { scoreDetail } from "./scoreViews.js"
import { badge } from "./spanRow.js"
import { signNextToWord, stateWord } from "./stateMark.js"
import { dataView } from "./textView.js"

export interface Detail {
  readonly element: HTMLElement
  readonly draw: (trace: TraceView | undefined, span: SpanView | undefined) => void
}

export interface DetailActions {
  readonly close: () => void
  readonly select: OnSpan
  readonly showConversation: () => void
}

export const makeDetail = (actions: DetailActions): Detail => {
  const pane = element("aside", {
    class: "pane detail",
    attributes: { "aria-label": "Details of the span", tabindex: -1, id: "detail" }
  })
  let drawn: SpanView | undefined
  return {
    element: pane,
    draw: (trace, span) => {
      pane.hidden = span === undefined
      if (trace === undefined || span === undefined || span === drawn) {
        return
      }
      if (drawn !== undefined && isSameRecord(drawn, span)) {
        // An open span has only become longer: unfolded values and the scroll position stay.
        pane.querySelector("section")?.replaceChildren(facts(trace, span))
      } else {
        fill(pane, header(span, actions.close), ...sections(trace, span, actions))
        pane.scrollTop = 0
      }
      drawn = span
    }
  }
}

const isSameRecord = (a: SpanView, b: SpanView): boolean =>
  a.traceId === b.traceId && a.spanId === b.spanId && a.attributes === b.attributes && a.state === b.state &&
  a.metrics.length === b.metrics.length && a.scores.length === b.scores.length

const header = (span: SpanView, onClose: () => void): HTMLElement => {
  const label = labelOf(span.kind, span.name, span.known)
  return element(
    "header",
    { class: `kind-${span.kind}` },
    badge(span, label),
    element("h2", { class: "clip", attributes: { title: oneLine(label.primary) } }, oneLine(label.primary)),
    button("✕", "Close (Esc)", onClose, { class: "button plain", attributes: { "aria-label": "Close" } })
  )
}

const sections = (trace: TraceView, span: SpanView, actions: DetailActions): ReadonlyArray<Child> => [
  section("", undefined, facts(trace, span)),
  span.exception === null
    ? undefined
    : section("Exception", span.exception, element("pre", { class: "exception" }, manyLines(span.exception))),
  span.scores.length === 0 ? undefined : section(`Scores (${span.scores.length})`, undefined, ...scoreViews(span)),
  ...contentSections(trace, span, actions),
  section("Attributes", json(span.attributes), attributesView(span.attributes)),
  span.events.length === 0 ? undefined : section(`Events (${span.events.length})`, undefined, ...eventViews(span)),
  span.links.length === 0 ? undefined : section(`Links (${span.links.length})`, undefined, ...linkViews(span)),
  span.metrics.length === 0
    ? undefined
    : section(`Measurements (${span.metrics.length})`, undefined, metricsView(span.metrics)),
  section("Identity", undefined, identity(span))
]

const contentSections = (trace: TraceView, span: SpanView, actions: DetailActions): ReadonlyArray<Child> => {
  const { arguments: given, result } = contentOf(span.known)
  return [
    given === undefined ? undefined : section("Arguments", String(given), dataView(given)),
    result === undefined ? undefined : section("Result", String(result), dataView(result)),
    hasMessages(span.known) ? messagesSection(trace, span, actions) : undefined
  ]
}

/** Messages shown at once: the last one that was sent, and what came back. */
const lastMessages = 2

const messagesSection = (
  trace: TraceView,
  span: SpanView,
  { select, showConversation }: DetailActions
): HTMLElement => {
  const entries = exchangeOf(trace, span)
  const earlier = entries.filter(({ role }, at) => role !== "system" && at < entries.length - lastMessages)
  const show = (some: ReadonlyArray<Entry>) => some.map((entry) => entryView(entry, select))
  const list = block("messages", ...show(entries.filter((entry) => !earlier.includes(entry))))
  const more = button(`Show ${formatNumberOf(earlier.length, "earlier message")}`, "", () => {
    more.replaceWith(...show(earlier))
  }, { class: "show-all" })
  if (earlier.length > 0) {
    list.insertBefore(more, list.children[entries.findIndex((entry) => entry === earlier[0])] ?? null)
  }
  return section(
    "Messages",
    undefined,
    list,
    button("Whole conversation", "The conversation of the run (v)", showConversation)
  )
}

const section = (title: string, copied: string | undefined, ...children: ReadonlyArray<Child>): HTMLElement =>
  element(
    "section",
    {},
    title === ""
      ? undefined
      : element(
        "h3",
        {},
        title,
        copied === undefined ? undefined : copyButton(copied, "button", `Copy ${title.toLowerCase()}`)
      ),
    ...children
  )

const json = (attributes: Attributes): string => JSON.stringify(attributes, undefined, 2)

type Pair = readonly [term: string, value: Child]

const pairs = (list: ReadonlyArray<Pair | undefined>): HTMLElement =>
  element(
    "dl",
    { class: "pairs" },
    ...list.flatMap((pair) => pair === undefined ? [] : [element("dt", {}, pair[0]), element("dd", {}, pair[1])])
  )

const facts = (trace: TraceView, span: SpanView): HTMLElement =>
  pairs([
    ["Span", inline("mono", oneLine(span.name), inline("dim", ` ${kindTitle[span.kind]}`))],
    ["State", inline(`status is-${span.state}`, signNextToWord(span.state), ` ${stateWord[span.state]}`)],
    span.oddity === "" ? undefined : ["Problem", inline("is-interrupted", `⚠ ${span.oddity}`)],
    ["Duration", `${formatDuration(span.durationMs)}${span.state === "open" ? " so far" : ""}`],
    [
      "Started",
      inline(
        "",
        `${formatDuration(span.start)} after the trace started`,
        element("br"),
        inline("mono dim", fullTime(trace.startedAt + span.start))
      )
    ],
    ...usageFacts(span)
  ])

const usageFacts = (span: SpanView): ReadonlyArray<Pair | undefined> => {
  const { cachedTokensIn, costUsd, tokensIn, tokensOut } = span.usage
  const of = span.kind === "model" || span.size === 1 ? "" : ", including children"
  return [
    tokensIn + tokensOut === 0
      ? undefined
      : ["Tokens", `${formatCount(tokensIn)} in${cached(cachedTokensIn)}, ${formatCount(tokensOut)} out${of}`],
    costUsd === null || costUsd === 0 ? undefined : ["Cost", `${formatUsdExactly(costUsd)}${of}`]
  ]
}

const cached = (tokens: number): string => tokens === 0 ? "" : ` (${formatCount(tokens)} cached)`

/** Content is shown above, so its attributes are folded here and shown as recorded. */
const attributesView = (attributes: Attributes): HTMLElement => {
  const isContent = ([key]: readonly [string, unknown]) => contentKeys.has(key)
  const entries = Object.entries(attributes)
  const content = entries.filter(isContent)
  return block(
    "",
    attributePairs(entries.filter((entry) => !isContent(entry))),
    content.length === 0
      ? undefined
      : element("details", {}, element("summary", { class: "dim" }, "Content as recorded"), attributePairs(content))
  )
}

const attributePairs = (entries: ReadonlyArray<[string, AttributeValue]>): HTMLElement =>
  entries.length === 0
    ? block("dim", "None")
    : pairs(entries.map(([key, value]) => [
      oneLine(key),
      block(
        "",
        valueView(value),
        copyButton(
          typeof value === "object" ? JSON.stringify(value, undefined, 2) : String(value),
          "copy",
          `Copy ${oneLine(key)}`
        )
      )
    ]))

const eventViews = (span: SpanView): ReadonlyArray<HTMLElement> =>
  span.events.map((event, index) =>
    block(
      "event",
      element(
        "span",
        { class: "when", attributes: { title: "After the start of the span" } },
        `+${formatDuration(Math.max(0, (span.eventTimes[index] ?? 0) - span.start))}`
      ),
      block("value", manyLines(event.name)),
      Object.keys(event.attributes).length === 0 ? undefined : attributesView(event.attributes)
    )
  )

const scoreViews = (span: SpanView): ReadonlyArray<HTMLElement> =>
  span.scores.map((score) =>
    scoreDetail(score, Object.keys(score.attributes).length === 0 ? undefined : attributesView(score.attributes))
  )

const linkViews = (span: SpanView): ReadonlyArray<HTMLElement> =>
  span.links.map((link) => block("event", spanLink(link.traceId, link.spanId), attributesView(link.attributes)))

const spanLink = (traceId: string, spanId: string): HTMLElement =>
  element("a", {
    class: "mono",
    attributes: { href: routeTo(traceId, spanId) }
  }, oneLine(`${traceId}/${spanId}`))

const metricsView = (metrics: ReadonlyArray<MetricData>): HTMLElement =>
  pairs(metrics.map(({ name, value }) => [oneLine(name), inline("value number-value", String(value))]))

const identity = (span: SpanView): HTMLElement => {
  const id = (value: string) => block("mono", oneLine(value), copyButton(value, "copy", "Copy the id"))
  return pairs([
    ["Trace id", id(span.traceId)],
    ["Span id", id(span.spanId)],
    ["Parent", span.parentSpanId === null ? "none (root span)" : parentView(span, span.parentSpanId)]
  ])
}

const parentView = (span: SpanView, parent: string): HTMLElement =>
  span.parent < 0
    ? inline("mono", oneLine(parent))
    : element("a", {
      class: "mono",
      attributes: {
        href: routeTo(span.traceId, parent)
      }
    }, oneLine(parent))
