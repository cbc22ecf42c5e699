/**
 * An expectation and a recorded tree laid side by side: what belongs together in one row, and in each row what is wrong.
 */
import type { SpanNode } from "../../records/spanTree.js"
import type { Mismatch } from "../Mismatch.js"
import { listOf, type SpanExpectation, type SpanList, type TraceExpectation } from "../SpanExpectation.js"
import type { Step } from "./Alignment.js"
import { expectedLabels, recordedLabels } from "./labels.js"
import { Pairs } from "./Pairs.js"
import type { Slot } from "./slots.js"
import { type FieldDifference, fieldDifferences } from "./values.js"

/** A line of the two trees. */
export interface Row {
  /** 0 for a root. */
  readonly depth: number
  readonly expectation: SpanExpectation | undefined
  readonly node: SpanNode | undefined
  /** Whether nothing is expected of the recorded span, and it may be there. */
  readonly ignored: boolean
  /** What differs of the span itself. */
  readonly fields: ReadonlyArray<FieldDifference>
  /** Which of the mismatches are here, from 0. */
  readonly marks: ReadonlyArray<number>
}

/** All rows from the roots down, each before what is below it, and all that is wrong in that order. */
export interface Comparison {
  readonly list: SpanList
  readonly rows: ReadonlyArray<Row>
  readonly mismatches: ReadonlyArray<Mismatch>
}

/** Lays them side by side, with as little wrong as can be. */
export const compare = (roots: ReadonlyArray<SpanNode>, expectation: TraceExpectation): Comparison => {
  const list = listOf(expectation)
  const walk = new Walk()
  walk.list(list, roots, [])
  return { list, rows: walk.rows, mismatches: walk.mismatches }
}

class Walk {
  readonly rows: Array<Row> = []
  readonly mismatches: Array<Mismatch> = []
  private readonly pairs = new Pairs()

  list(list: SpanList, nodes: ReadonlyArray<SpanNode>, path: ReadonlyArray<string>): void {
    const { moved, steps } = this.pairs.align(list, nodes)
    const siblings: Siblings = {
      list,
      path,
      steps,
      moved,
      labels: labelled(list, nodes),
      reported: new Map()
    }
    for (const step of steps) {
      this.step(step, siblings)
    }
  }

  private step(step: Step, siblings: Siblings): void {
    const { node, slot } = step
    if (node !== undefined && slot !== undefined) {
      this.pair(slot.expectation, node, [...siblings.path, siblings.labels.of(node)])
    } else if (siblings.moved.has(step)) {
      this.row(siblings, step, [this.misplaced(step, siblings)])
    } else if (node !== undefined) {
      this.other(node, siblings)
    } else if (slot?.required === true) {
      this.row(siblings, step, [this.missing(slot, siblings)])
    }
  }

  private pair(expectation: SpanExpectation, node: SpanNode, path: ReadonlyArray<string>): void {
    const fields = fieldDifferences(node.span, expectation)
    const marks = fields.map((field) => this.report({ kind: "different", path, ...field }))
    this.rows.push({ depth: path.length - 1, expectation, node, ignored: false, fields, marks })
    if (expectation.children !== undefined) {
      this.list(listOf(expectation.children), node.children, path)
    } else {
      node.children.forEach((child) => this.ignore(child, path.length))
    }
  }

  private other(node: SpanNode, siblings: Siblings): void {
    if (siblings.list.others) {
      this.ignore(node, siblings.path.length)
      return
    }
    const path = [...siblings.path, siblings.labels.of(node)]
    const mark = this.report({ kind: "unexpected", path, expected: undefined, actual: node })
    this.row(siblings, { node, slot: undefined }, [mark])
    node.children.forEach((child) => this.ignore(child, path.length))
  }

  private ignore(node: SpanNode, depth: number): void {
    this.rows.push({ depth, expectation: undefined, node, ignored: true, fields: [], marks: [] })
  }

  private row({ path }: Siblings, { node, slot }: Step, marks: ReadonlyArray<number>): void {
    this.rows.push({ depth: path.length, expectation: slot?.expectation, node, ignored: false, fields: [], marks })
  }

  /** Of a span that is expected several times one mismatch says how many are missing. */
  private missing({ expectation, item }: Slot, { labels, path, reported, steps }: Siblings): number {
    const known = reported.get(item)
    const mark = known ?? this.report({
      kind: "missing",
      path: [...path, labels.at(item)],
      expected: expectation,
      actual: steps.filter(({ node, slot }) => slot?.item === item && node !== undefined).length
    })
    reported.set(item, mark)
    return mark
  }

  /** Both ends of a move are one mismatch. */
  private misplaced(step: Step, { labels, moved, path, reported, steps }: Siblings): number {
    const partner = moved.get(step)!
    const [slot, node] = [step.slot ?? partner.slot!, step.node ?? partner.node!]
    const known = reported.get(step)
    const mark = known ?? this.report({
      kind: "misplaced",
      path: [...path, labels.of(node)],
      expected: placeOf(slot, steps.map((each) => each.slot)),
      actual: placeOf(node, steps.map((each) => each.node))
    })
    reported.set(partner, mark)
    return mark
  }

  private report(mismatch: Mismatch): number {
    return this.mismatches.push(mismatch) - 1
  }
}

/** The children of one span, or the roots, while they are walked through. */
interface Siblings {
  readonly list: SpanList
  readonly path: ReadonlyArray<string>
  readonly steps: ReadonlyArray<Step>
  /** For a place that stayed empty the span that belongs there, and the other way round. */
  readonly moved: ReadonlyMap<Step, Step>
  readonly labels: Labels
  /** The mismatch of what was reported before: by the item of a list, or by the step. */
  readonly reported: Map<number | Step, number>
}

interface Labels {
  readonly of: (node: SpanNode) => string
  readonly at: (item: number) => string
}

const labelled = ({ spans }: SpanList, nodes: ReadonlyArray<SpanNode>): Labels => {
  const recorded = new Map(recordedLabels(nodes).map((label, index) => [nodes[index]!, label]))
  const expected = expectedLabels(spans)
  return { of: (node) => recorded.get(node)!, at: (item) => expected[item]! }
}

const placeOf = <A extends object>(wanted: A, all: ReadonlyArray<A | undefined>): number =>
  all.filter((each) => each !== undefined).indexOf(wanted) + 1
