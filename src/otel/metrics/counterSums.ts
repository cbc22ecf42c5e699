/**
 * Sums of one counter, by labels: added up here, and told to the SDK when it collects.
 *
 * The SDK makes one text of all labels for every addition, to find the sum that it belongs to; that is most of what a measurement costs. Here the sum
 * is found label by label. The first addition since the last collection goes to the SDK at once, which takes its time for the beginning of the sum.
 * The trap: who holds sums must have them told before the SDK collects, and when it closes.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes, AttributeValue } from "../../records/attributes.js"

/** Of one counter between two collections; what goes beyond is told at once. */
const mostNodes = 4096

interface Sum {
  readonly labels: OtelApi.Attributes
  /** What the SDK does not know yet, ≥ 0. */
  untold: number
}

/** What is reached by the labels so far. */
class Node {
  sum: Sum | undefined = undefined
  readonly below = new Map<string, Map<AttributeValue, Node>>()
}

/** The sums of one counter. */
export class CounterSums {
  private root = new Node()
  private nodes = 0
  private sums: Array<Sum> = []
  private isClosed = false

  constructor(
    private readonly counter: OtelApi.Counter,
    /** What becomes a label, and in which form. */
    private readonly labelsOf: (attributes: Attributes) => OtelApi.Attributes,
    /** The attribute that is no label. */
    private readonly leftOut: string | undefined
  ) {}

  /** Adds a value ≥ 0. */
  add(value: number, attributes: Attributes): void {
    const node = this.isClosed ? undefined : this.nodeOf(attributes)
    if (node?.sum !== undefined) {
      node.sum.untold += value
      return
    }
    const labels = this.labelsOf(attributes)
    this.counter.add(value, labels)
    if (node !== undefined) {
      node.sum = { labels, untold: 0 }
      this.sums.push(node.sum)
    }
  }

  /** Tells the SDK all, and begins anew, so that what is held here is bounded by what comes between two collections. */
  tell(): void {
    const { sums } = this
    this.root = new Node()
    this.nodes = 0
    this.sums = []
    for (const { labels, untold } of sums) {
      if (untold > 0) {
        this.counter.add(untold, labels)
      }
    }
  }

  /** Tells all, and from now on everything at once. */
  close(): void {
    this.isClosed = true
    this.tell()
  }

  /** None where a label is no plain value, or there are too many. */
  private nodeOf(attributes: Attributes): Node | undefined {
    let node: Node | undefined = this.root
    for (const key in attributes) {
      const value: AttributeValue = attributes[key]!
      if (key !== this.leftOut) {
        node = typeof value === "object" ? undefined : this.below(node, key, value)
      }
      if (node === undefined) {
        return undefined
      }
    }
    return node
  }

  private below(node: Node, key: string, value: AttributeValue): Node | undefined {
    let byValue = node.below.get(key)
    const known = byValue?.get(value)
    if (known !== undefined || this.nodes >= mostNodes) {
      return known
    }
    if (byValue === undefined) {
      byValue = new Map()
      node.below.set(key, byValue)
    }
    const made = new Node()
    this.nodes++
    byValue.set(value, made)
    return made
  }
}
