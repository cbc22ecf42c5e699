/**
 * Shows findings in the summary: what is wrong, how often, and links to the first spans.
 */
import type { FindingPlace, FindingView } from "../../model/findings.js"
import { formatCount, oneLine } from "../../model/format.js"
import { routeTo } from "../../model/route.js"
import { block, element, fill, inline } from "../dom.js"

export interface FindingsView {
  readonly element: HTMLElement
  readonly draw: (findings: ReadonlyArray<FindingView>) => void
}

const signs: { readonly [Severity in FindingView["severity"]]: readonly [sign: string, kind: string] } = {
  error: ["✕", "is-failure"],
  warning: ["⚠", "is-interrupted"],
  info: ["·", "dim"]
}

export const makeFindingsView = (): FindingsView => {
  const list = block("")
  const view = element("section", { class: "findings" }, element("h2", {}, "Findings in all records"), list)
  return {
    element: view,
    draw: (findings) => {
      view.hidden = findings.length === 0
      fill(list, ...findings.map(findingView))
    }
  }
}

const findingView = ({ count, kind, message, places, severity }: FindingView): HTMLElement => {
  const [sign, color] = signs[severity]
  return element(
    "details",
    { class: "finding" },
    element(
      "summary",
      { attributes: { title: `${severity}: ${kind}` } },
      inline(color, sign, inline("spoken", severity)),
      ` ${formatCount(count)} ${message}`
    ),
    element("ul", {}, ...places.map((place) => element("li", {}, placeView(place))))
  )
}

const placeView = ({ example, span }: FindingPlace): HTMLElement =>
  span === undefined
    ? inline("dim", oneLine(example))
    : element("a", { attributes: { href: routeTo(span.traceId, span.spanId) } }, oneLine(example))
