/**
 * Sums one counter by labels and reports the sums to the SDK when it collects.
 *
 * For every addition the SDK joins all labels into one string to find the sum, which is most of the cost of a measurement. Here the sum is looked up
 * label by label. The first addition after a collection goes to the SDK at once, because it sets the start time of the sum. The trap: `report` must
 * run before the SDK collects, and `close` at the end.
 */
import type * as OtelApi from "@opentelemetry/api"
import type { Attributes, AttributeValue } from "../../records/attributes.js"

/** Maximum number of nodes per counter; further additions go directly to the SDK. */
const maxNodes = 4096

interface Sum {
  readonly labels: OtelApi.Attributes
  /** The part that has not been reported yet, ≥ 0. */
  pending: number
}

/** A node for a list of labels: its sum, and the nodes of longer lists. */
class Node {
  sum: Sum | undefined = undefined
  readonly below = new Map<string, Map<AttributeValue, Node>>()
}

export class CounterSums {
  private root = new Node()
  private nodes = 0
  private sums: Array<Sum> = []
  private isClosed = false

  constructor(
    private readonly counter: OtelApi.Counter,
    private readonly labelsOf: (attributes: Attributes) => OtelApi.Attributes,
    private readonly leftOut: string | undefined
  ) {}

  /** Adds a value ≥ 0. */
  add(value: number, attributes: Attributes): void {
    const node = this.isClosed ? undefined : this.nodeOf(attributes)
    if (node?.sum !== undefined) {
      node.sum.pending += value
      return
    }
    const labels = this.labelsOf(attributes)
    this.counter.add(value, labels)
    if (node !== undefined) {
      node.sum = { labels, pending: 0 }
      this.sums.push(node.sum)
    }
  }

  /** Reports all sums to the SDK and resets, so that memory is bounded by the labels between two collections. */
  report(): void {
    const { sums } = this
    this.root = new Node()
    this.nodes = 0
    this.sums = []
    for (const { labels, pending } of sums) {
      if (pending > 0) {
        this.counter.add(pending, labels)
      }
    }
  }

  /** Reports all sums; from now on every addition is reported at once. */
  close(): void {
    this.isClosed = true
    this.report()
  }

  /** `undefined` if a label is an array or there are too many nodes. */
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
    if (known !== undefined || this.nodes >= maxNodes) {
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
