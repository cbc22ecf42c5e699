/**
 * Puts an expectation and a recorded tree side by side: spans that correspond share a row, and each row lists its differences.
 */
import { label } from "../../readers/TraceTree.js"
import type { SpanNode } from "../../records/spanTree.js"
import type { Mismatch } from "../Mismatch.js"
import {
  listOf,
  namedAttributes,
  type SpanExpectation,
  type SpanList,
  type TraceExpectation
} from "../SpanExpectation.js"
import { Aligner, type Expecting, type Parent } from "./Aligner.js"
import type { Item, Step } from "./steps.js"
import { type FieldDifference, fieldDifferences } from "./values.js"

/** A line of the two trees. */
export interface Row {
  /** 0 for a root. */
  readonly depth: number
  readonly expectation?: SpanExpectation | undefined
  readonly node?: SpanNode | undefined
  /** Instead of a node: consecutive recorded spans that are not checked. */
  readonly ignored?: Array<SpanNode>
  /** The fields of the span itself that differ. */
  readonly fields?: ReadonlyArray<FieldDifference>
  /** Indices of the mismatches in this row, from 0. */
  readonly marks: ReadonlyArray<number>
}

/** All rows, each span before its children, and the mismatches in the same order. */
export interface Comparison {
  readonly list: SpanList
  readonly rows: ReadonlyArray<Row>
  readonly mismatches: ReadonlyArray<Mismatch>
}

/** Aligns recorded spans with an expectation, with as few differences as possible. */
export const compare = (roots: ReadonlyArray<SpanNode>, expectation: TraceExpectation): Comparison => {
  const list = listOf(expectation)
  const walk = new Walk()
  walk.all({ children: list }, { children: roots })
  return { list, rows: walk.rows, mismatches: walk.mismatches }
}

class Walk {
  readonly rows: Array<Row> = []
  readonly mismatches: Array<Mismatch> = []
  private readonly aligner = new Aligner()
  /** The remaining work, in reverse order: trees may be deeper than the call stack. */
  private readonly pending: Array<() => void> = []

  all(expecting: Expecting, parent: Parent): void {
    this.children(expecting, parent, undefined)
    for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) {
      next()
    }
  }

  private children(expecting: Expecting, parent: Parent, path: Path | undefined): void {
    const steps = this.aligner.align(expecting, parent)
    const list = listOf(expecting.children ?? [])
    const siblings: Siblings = {
      path,
      steps,
      found: foundOf(steps),
      moves: list.ordered ? this.aligner.moves(steps) : new Map(),
      expected: numbered(list.spans.map(expectedLabel)),
      recorded: new Map(
        numbered(parent.children.map(({ span }) => label(span))).map((each, index) => [parent.children[index]!, each])
      )
    }
    // Both ends of a move share one mismatch, and so do all missing spans of an item.
    const marks = new Map<Step | Item, number>()
    for (const step of steps.toReversed()) {
      this.pending.push(() => this.step(step, siblings, list.others, marks))
    }
  }

  private step(step: Step, siblings: Siblings, others: boolean, marks: Map<Step | Item, number>): void {
    const { item, node } = step
    const { moves, path, recorded } = siblings
    const depth = depthBelow(path)
    const move = moves.get(step)
    if (item !== undefined && node !== undefined) {
      this.pair(item.expectation, node, { depth, label: recorded.get(node)!, above: path })
    } else if (others && item === undefined && move === undefined) {
      this.ignore([node!], depth)
    } else {
      const mark = marks.get(move ?? item ?? step) ?? this.mismatches.push(mismatchAt(step, siblings)) - 1
      marks.set(move === undefined ? item ?? step : step, mark)
      this.rows.push({ depth, expectation: item?.expectation, node, marks: [mark] })
      this.ignore(item === undefined && move === undefined ? node!.children : [], depth + 1)
    }
  }

  private pair(expectation: SpanExpectation, node: SpanNode, path: Path): void {
    const fields = fieldDifferences(node.span, expectation)
    const marks = fields.map((field) => this.mismatches.push({ kind: "different", path: labels(path), ...field }) - 1)
    this.rows.push({ depth: path.depth, expectation, node, fields, marks })
    if (expectation.children !== undefined) {
      this.children(expectation, node, path)
    } else {
      this.ignore(node.children, depthBelow(path))
    }
  }

  private ignore(nodes: ReadonlyArray<SpanNode>, depth: number): void {
    const last = this.rows.at(-1)
    if (last?.ignored !== undefined && last.depth === depth) {
      nodes.forEach((node) => last.ignored!.push(node))
    } else if (nodes.length > 0) {
      this.rows.push({ depth, ignored: [...nodes], marks: [] })
    }
  }
}

/** The path from a root to a span, as a list that is linked upwards: copying all labels at every level would take quadratic time. */
interface Path {
  /** 0 for a root. */
  readonly depth: number
  readonly label: string
  readonly above: Path | undefined
}

const depthBelow = (path: Path | undefined): number => path === undefined ? 0 : path.depth + 1

const labels = (path: Path | undefined, ...below: ReadonlyArray<string>): ReadonlyArray<string> => {
  const upwards = [...below]
  for (let at = path; at !== undefined; at = at.above) {
    upwards.push(at.label)
  }
  return upwards.reverse()
}

interface Siblings {
  readonly path: Path | undefined
  readonly steps: ReadonlyArray<Step>
  readonly moves: ReadonlyMap<Step, Step>
  /** How many spans were paired with each item. */
  readonly found: ReadonlyMap<Item, number>
  /** Their labels in a path. */
  readonly expected: ReadonlyArray<string>
  readonly recorded: ReadonlyMap<SpanNode, string>
}

const foundOf = (steps: ReadonlyArray<Step>): ReadonlyMap<Item, number> => {
  const found = new Map<Item, number>()
  for (const { item, node } of steps) {
    if (item !== undefined && node !== undefined) {
      found.set(item, (found.get(item) ?? 0) + 1)
    }
  }
  return found
}

const mismatchAt = (step: Step, { expected, found, moves, path, recorded, steps }: Siblings): Mismatch => {
  const move = moves.get(step)
  const [item, node] = [step.item ?? move?.item, step.node ?? move?.node]
  if (item === undefined) {
    return { kind: "unexpected", path: labels(path, recorded.get(node!)!), expected: undefined, actual: node! }
  }
  if (node === undefined) {
    return {
      kind: "missing",
      path: labels(path, expected[item.index]!),
      expected: item.expectation,
      actual: found.get(item) ?? 0
    }
  }
  const place = (key: "item" | "node") =>
    steps.filter((each) => each[key] !== undefined).findIndex((each) => each === step || each === move) + 1
  return { kind: "misplaced", path: labels(path, recorded.get(node)!), expected: place("item"), actual: place("node") }
}

/** The label of a span in a path: its name and what identifies it, such as `loom.tool add`. */
const expectedLabel = ({ attributes, name }: SpanExpectation): string => {
  const texts = Object.entries(namedAttributes(attributes)).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  )
  return typeof name === "string" ? label({ name, attributes: Object.fromEntries(texts) }) : String(name)
}

/** Numbers labels that occur more than once. */
const numbered = (labels: ReadonlyArray<string>): ReadonlyArray<string> => {
  const total = new Map<string, number>()
  const ordinals = labels.map((each) => {
    total.set(each, (total.get(each) ?? 0) + 1)
    return total.get(each)
  })
  return labels.map((each, index) => total.get(each) === 1 ? each : `${each}[${ordinals[index]}]`)
}
