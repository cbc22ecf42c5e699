/**
 * Draws the graph of delegations: a box per agent, in columns from left to right, and a curve per delegation.
 */
import type { AgentGraph, AgentNode, Delegation } from "../../model/agentGraph.js"
import { formatCount, formatNumberOf, formatTokens, formatUsd, oneLine } from "../../model/format.js"
import { sharpContext } from "../canvas.js"
import { block, button, type Child, element, fill, inline } from "../dom.js"

export interface GraphView {
  readonly element: HTMLElement
  readonly draw: (graph: AgentGraph) => void
  readonly recolor: () => void
}

/** Pixels. */
const box = { width: 216, height: 92 } as const
const gap = { x: 132, y: 18 } as const

/** More boxes than this are unreadable; the others are counted. */
const maxNodes = 60

interface Placed {
  readonly node: AgentNode
  readonly x: number
  readonly y: number
}

type Places = ReadonlyMap<AgentNode, Placed>

const placesOf = (nodes: ReadonlyArray<AgentNode>): Places => {
  const columns = new Map<number, Array<AgentNode>>()
  for (const node of nodes) {
    columns.set(node.layer, [...columns.get(node.layer) ?? [], node])
  }
  const most = Math.max(...[...columns.values()].map(({ length }) => length))
  return new Map(
    [...columns.values()].flatMap((column) =>
      column.map((node, row): readonly [AgentNode, Placed] => [node, {
        node,
        x: node.layer * (box.width + gap.x),
        y: (row + (most - column.length) / 2) * (box.height + gap.y)
      }])
    )
  )
}

/** Makes the graph; `onNode` is called with the agent that was chosen. */
export const makeAgentGraph = (onNode: (node: AgentNode) => void): GraphView => {
  const canvas = element("canvas", { attributes: { "aria-hidden": "true" } })
  const boxes = block("boxes")
  const rest = element("p", { class: "dim" })
  const inner = block("graph-inner", canvas, boxes)
  let places: Places = new Map()
  let edges: ReadonlyArray<Delegation> = []
  const repaint = () => paint(canvas, places, edges)
  new ResizeObserver(repaint).observe(canvas)
  return {
    element: block("graph", inner, rest),
    recolor: repaint,
    draw: (graph) => {
      const nodes = graph.nodes.slice(0, maxNodes)
      places = nodes.length === 0 ? new Map() : placesOf(nodes)
      edges = graph.edges.filter(({ from, to }) => places.has(from) && places.has(to))
      const size = (along: "x" | "y", side: number) =>
        `${Math.max(0, ...[...places.values()].map((place) => place[along])) + side}px`
      inner.style.setProperty("width", size("x", box.width))
      inner.style.setProperty("height", size("y", box.height))
      fill(
        boxes,
        ...[...places.values()].map((place) => boxView(place, onNode)),
        ...edges.map((edge) => labelView(edge, places))
      )
      rest.textContent = nodes.length === 0
        ? "No agent ran here."
        : graph.nodes.length > maxNodes
        ? `and ${formatNumberOf(graph.nodes.length - maxNodes, "more agent")}`
        : ""
      repaint()
    }
  }
}

const joined = (...parts: ReadonlyArray<string>): string => parts.filter((part) => part !== "").join(" · ")

/** Rounded, because sums of floating-point numbers are slightly off. */
const usd = (value: number): string => formatUsd(Math.round(value * 1e9) / 1e9)

const boxView = ({ node, x, y }: Placed, onNode: (node: AgentNode) => void): HTMLElement => {
  const failed = node.failed + node.failedTools
  const made = button("", `Show ${oneLine(node.name)}`, () => onNode(node), {
    class: `agent kind-${node.kind}`
  })
  made.style.setProperty("left", `${x}px`)
  made.style.setProperty("top", `${y}px`)
  made.append(
    block(
      "agent-name",
      inline("badge", node.kind === "workflow" ? "W" : "A"),
      inline("clip", oneLine(node.name)),
      failedView(failed)
    ),
    block("clip", joined(formatNumberOf(node.runs, "run"), formatNumberOf(node.modelCalls, "model call"))),
    block(
      "clip",
      joined(
        formatNumberOf(node.toolCalls, "tool call"),
        node.failedTools === 0 ? "" : `${formatCount(node.failedTools)} failed`
      )
    ),
    block(
      "agent-usage clip",
      element("b", {}, usd(node.costUsd) || "no cost"),
      ` ${formatTokens(node.tokens) || "0"} tokens`
    )
  )
  return made
}

const failedView = (failed: number): Child => failed === 0 ? undefined : inline("is-failure", `✕${formatCount(failed)}`)

interface Curve {
  readonly from: readonly [x: number, y: number]
  readonly to: readonly [x: number, y: number]
  /** How far the curve swings out, in pixels. */
  readonly swing: number
  readonly isBack: boolean
}

const curveOf = ({ from, to }: Delegation, places: Places): Curve => {
  const start = places.get(from)!
  const end = places.get(to)!
  const isBack = end.x <= start.x
  return {
    from: [start.x + box.width, start.y + box.height / 2],
    to: isBack ? [end.x + box.width, end.y + box.height / 2 + 14] : [end.x, end.y + box.height / 2],
    swing: isBack ? 90 : (end.x - start.x - box.width) / 2,
    isBack
  }
}

const labelView = (edge: Delegation, places: Places): HTMLElement => {
  const { from, isBack, swing, to } = curveOf(edge, places)
  const x = isBack ? Math.max(from[0], to[0]) + swing * 0.7 : (from[0] + to[0]) / 2
  return element(
    "div",
    {
      class: "delegation",
      style: { left: `${x}px`, top: `${(from[1] + to[1]) / 2}px` },
      attributes: {
        title: `${oneLine(edge.from.name)} → ${oneLine(edge.to.name)}: ${
          joined(formatNumberOf(edge.count, "run"), `${formatCount(edge.tokens)} tokens`, usd(edge.costUsd))
        }`
      }
    },
    element("b", {}, `${formatCount(edge.count)}×`),
    usd(edge.costUsd) === "" ? undefined : inline("", ` ${usd(edge.costUsd)}`),
    edge.failed === 0 ? undefined : inline("is-failure", ` ✕${formatCount(edge.failed)}`)
  )
}

const paint = (canvas: HTMLCanvasElement, places: Places, edges: ReadonlyArray<Delegation>): void => {
  const ratio = window.devicePixelRatio
  const context = sharpContext(canvas)
  if (context === undefined) {
    return
  }
  context.scale(ratio, ratio)
  const style = getComputedStyle(canvas)
  const most = Math.max(1e-12, ...edges.map(({ costUsd }) => costUsd))
  for (const edge of edges) {
    const { from, isBack, swing, to } = curveOf(edge, places)
    context.strokeStyle = edge.failed > 0 ? style.borderTopColor : style.color
    context.fillStyle = context.strokeStyle
    context.lineWidth = 1.5 + 3 * (edge.costUsd / most)
    context.beginPath()
    context.moveTo(from[0], from[1])
    context.bezierCurveTo(
      from[0] + swing,
      from[1],
      to[0] + (isBack ? swing : -swing),
      to[1],
      to[0] + (isBack ? 7 : -7),
      to[1]
    )
    context.stroke()
    context.beginPath()
    const tail = isBack ? 9 : -9
    context.moveTo(to[0], to[1])
    context.lineTo(to[0] + tail, to[1] - 5)
    context.lineTo(to[0] + tail, to[1] + 5)
    context.fill()
  }
}
