/**
 * Shows messages: who said what, tool calls with their results, media as a note.
 */
import type { AnsweredCall, Entry } from "../../model/content/conversation.js"
import type { MediaPart, Part, TextPart } from "../../model/content/message.js"
import { formatBytes, formatDuration, formatNumberOf, oneLine } from "../../model/format.js"
import { labelOf } from "../../model/kind.js"
import type { SpanView } from "../../model/TraceView.js"
import { copyButton } from "../copy.js"
import { block, button, type Child, element, inline } from "../dom.js"
import { stateSign, stateWord } from "./stateMark.js"
import { dataView, markdownView } from "./textView.js"

/** Called with the index of a span that the reader wants to see. */
export type OnSpan = (index: number) => void

const roleTitle: ReadonlyMap<string, string> = new Map([
  ["user", "User"],
  ["assistant", "Assistant"],
  ["system", "System"],
  ["tool", "Tool"]
])

export const entryView = (entry: Entry, onSpan: OnSpan): HTMLElement => {
  const { omitted, parts, role, span } = entry
  if (omitted > 0) {
    return block("message omitted", `${formatNumberOf(omitted, "message")} left out of the record`)
  }
  const kind = roleTitle.has(role) ? role : "other"
  return element(
    "article",
    { class: `message from-${kind}` },
    element(
      "header",
      {},
      inline("role", roleTitle.get(role) ?? oneLine(role)),
      span === undefined ? undefined : spanButton(span, onSpan),
      inline("grow"),
      copyButton(plainText(parts), "show-all", "Copy the message")
    ),
    ...role === "system" ? [foldedText("", plainText(parts))] : parts.map((part) => partView(part, onSpan))
  )
}

/** The button that shows the span in the timeline. */
const spanButton = (span: SpanView, onSpan: OnSpan): HTMLElement => {
  const label = labelOf(span.kind, span.name, span.known)
  return button(
    `${oneLine(span.kind === "model" ? label.primary : stateWord[span.state])} · ${formatDuration(span.durationMs)}`,
    "Show the span",
    () => onSpan(span.index),
    { class: `link is-${span.state}` }
  )
}

const plainText = (parts: Entry["parts"]): string => parts.map(plainPart).filter((text) => text !== "").join("\n\n")

const plainPart = (part: Part | AnsweredCall): string => {
  switch (part.kind) {
    case "text":
    case "reasoning":
      return part.text
    case "call":
      return `${part.name}(${plainValue(part.arguments)})${
        "result" in part && part.result !== undefined ? `\n→ ${plainValue(part.result.value)}` : ""
      }`
    case "result":
      return `→ ${plainValue(part.value)}`
    case "media":
      return mediaText(part)
    case "other":
      return plainValue(part.value)
  }
}

const plainValue = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value, undefined, 2) ?? ""

const partView = (part: Entry["parts"][number], onSpan: OnSpan): HTMLElement => {
  switch (part.kind) {
    case "text":
      return part.text.trim() === "" ? block("") : markdownView(part.text)
    case "reasoning":
      return foldedText("Reasoning", (part satisfies TextPart).text)
    case "call":
      return callView(part, onSpan)
    case "result":
      return block("call", callHead("Result", part.name, undefined), resultView(part.value, part.failed))
    case "media":
      return block("media", inline("", "▣"), inline("mono", oneLine(mediaText(part))))
    case "other":
      return dataView(part.value)
  }
}

const mediaText = ({ size, source, type }: MediaPart): string =>
  [type, size === undefined ? "" : formatBytes(size), source.length > 200 ? `${source.slice(0, 200)}…` : source]
    .filter((text) => text !== "").join(" · ")

/** The maximum length of the line that stands for a folded text, in characters. */
const firstLine = 160

const foldedText = (title: string, text: string): HTMLElement => {
  const inner = block("")
  const details = element(
    "details",
    {},
    element(
      "summary",
      { class: "clip" },
      title === "" ? undefined : element("b", {}, title, " "),
      oneLine(text.trimStart().slice(0, firstLine).split("\n")[0]!),
      inline("dim", ` (${formatNumberOf(text.length, "character")})`)
    ),
    inner
  )
  details.addEventListener("toggle", () => {
    if (details.open && inner.childElementCount === 0) {
      inner.append(markdownView(text))
    }
  })
  return details
}

const callHead = (title: string, name: string, link: Child): HTMLElement =>
  block("call-head", inline("dim", title), element("b", { class: "mono" }, oneLine(name)), link)

/** A link to the tool's span; for a delegation, also one to the conversation of the run inside it. */
const callLinks = (span: SpanView, onSpan: OnSpan): HTMLElement =>
  inline(
    "links",
    span.kind === "delegate" && span.size > 1
      ? button("Conversation", "What the sub-agent said", () => onSpan(span.index + 1), { class: "link" })
      : undefined,
    spanButton(span, onSpan)
  )

const isEmpty = (value: unknown): boolean =>
  value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0)

const callView = (call: AnsweredCall, onSpan: OnSpan): HTMLElement => {
  const failed = call.result?.failed === true || call.span?.state === "failure"
  const sign = failed ? stateSign.failure : call.span === undefined ? "" : stateSign[call.span.state]
  return block(
    failed ? "call failed" : "call",
    callHead(`${sign}${sign === "" ? "" : " "}Tool`, call.name, call.span && callLinks(call.span, onSpan)),
    isEmpty(call.arguments) ? undefined : dataView(call.arguments),
    call.result === undefined
      ? block("result dim", "No result recorded")
      : resultView(call.result.value, failed)
  )
}

const resultView = (value: unknown, failed: boolean): HTMLElement =>
  block(failed ? "result is-failure" : "result", isEmpty(value) ? inline("dim", "Empty") : dataView(value))
