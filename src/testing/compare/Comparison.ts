/**
 * An expectation and a recorded tree side by side: spans that belong together share a row, and each row says what is wrong there.
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
  /** Instead of a node: consecutive recorded spans that nothing is expected of. */
  readonly ignored?: Array<SpanNode>
  /** The fields of the span itself that differ. */
  readonly fields?: ReadonlyArray<FieldDifference>
  /** The mismatches that are here, counted from 0. */
  readonly marks: ReadonlyArray<number>
}

/** All rows, each span before its children, and the mismatches in the same order. */
export interface Comparison {
  readonly list: SpanList
  readonly rows: ReadonlyArray<Row>
  readonly mismatches: ReadonlyArray<Mismatch>
}

/** Puts them side by side with as few differences as are found. */
export const compare = (roots: ReadonlyArray<SpanNode>, expectation: TraceExpectation): Comparison => {
  const list = listOf(expectation)
  const walk = new Walk()
  walk.children({ children: list }, { children: roots }, [])
  return { list, rows: walk.rows, mismatches: walk.mismatches }
}

class Walk {
  readonly rows: Array<Row> = []
  readonly mismatches: Array<Mismatch> = []
  private readonly aligner = new Aligner()

  children(expecting: Expecting, parent: Parent, path: ReadonlyArray<string>): void {
    const steps = this.aligner.align(expecting, parent)
    const list = listOf(expecting.children ?? [])
    const siblings: Siblings = {
      path,
      steps,
      moves: list.ordered ? this.aligner.moves(steps) : new Map(),
      expected: numbered(list.spans.map(expectedLabel)),
      recorded: new Map(
        numbered(parent.children.map(({ span }) => label(span))).map((each, index) => [parent.children[index]!, each])
      )
    }
    // Both ends of a move share a mismatch, and so do all spans that are missing of an item.
    const marks = new Map<Step | Item, number>()
    for (const step of steps) {
      const { item, node } = step
      const move = siblings.moves.get(step)
      if (item !== undefined && node !== undefined) {
        this.pair(item.expectation, node, [...path, siblings.recorded.get(node)!])
      } else if (list.others && item === undefined && move === undefined) {
        this.ignore([node!], path.length)
      } else {
        const mark = marks.get(move ?? item ?? step) ?? this.mismatches.push(mismatchAt(step, siblings)) - 1
        marks.set(move === undefined ? item ?? step : step, mark)
        this.rows.push({ depth: path.length, expectation: item?.expectation, node, marks: [mark] })
        this.ignore(item === undefined && move === undefined ? node!.children : [], path.length + 1)
      }
    }
  }

  private pair(expectation: SpanExpectation, node: SpanNode, path: ReadonlyArray<string>): void {
    const fields = fieldDifferences(node.span, expectation)
    const marks = fields.map((field) => this.mismatches.push({ kind: "different", path, ...field }) - 1)
    this.rows.push({ depth: path.length - 1, expectation, node, fields, marks })
    if (expectation.children !== undefined) {
      this.children(expectation, node, path)
    } else {
      this.ignore(node.children, path.length)
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

/** The children of one span, or the roots. */
interface Siblings {
  readonly path: ReadonlyArray<string>
  readonly steps: ReadonlyArray<Step>
  readonly moves: ReadonlyMap<Step, Step>
  /** What they are called in a path. */
  readonly expected: ReadonlyArray<string>
  readonly recorded: ReadonlyMap<SpanNode, string>
}

const mismatchAt = (step: Step, { expected, moves, path, recorded, steps }: Siblings): Mismatch => {
  const move = moves.get(step)
  const [item, node] = [step.item ?? move?.item, step.node ?? move?.node]
  if (item === undefined) {
    return { kind: "unexpected", path: [...path, recorded.get(node!)!], expected: undefined, actual: node! }
  }
  if (node === undefined) {
    const actual = steps.filter((each) => each.item === item && each.node !== undefined).length
    return { kind: "missing", path: [...path, expected[item.index]!], expected: item.expectation, actual }
  }
  const place = (key: "item" | "node") =>
    steps.filter((each) => each[key] !== undefined).findIndex((each) => each === step || each === move) + 1
  return { kind: "misplaced", path: [...path, recorded.get(node)!], expected: place("item"), actual: place("node") }
}

/** Names a span in a path, with what tells it from others: `loom.tool add`. */
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
