/**
 * Compares two runs root by root, with one trace of each in memory, and about 20 bytes for each root of the second.
 *
 * The second run is read only as far as needed to match the roots of the first: if the runs are alike, each trace is read once.
 */
import { Column } from "../selection/Column.js"
import { label } from "../TraceTree.js"
import { type Run, RunReader } from "./RunReader.js"
import { changesOf, nameOf, type Root, type SpanChange, type Total } from "./spanChanges.js"

export class Comparison {
  private readonly a: RunReader
  private readonly b: RunReader
  /** Whether both have the same spans with the same outcomes, as far as they were compared. */
  same = true

  constructor(a: Run, b: Run) {
    this.a = new RunReader(a)
    this.b = new RunReader(b)
  }

  /** The spans of both, root by root; those only in the second run come last. Can be read once. */
  *roots(): Generator<ReadonlyArray<SpanChange>> {
    const counts = new Counts()
    const others = new OtherRoots(this.b)
    for (let roots = this.a.read(); roots !== undefined; roots = this.a.read()) {
      for (const root of roots) {
        const text = label(root.node)
        yield this.changes(nameOf(text, counts.next(text)), root, others.take(text))
      }
    }
    for (const [name, root] of others.left()) {
      yield this.changes(name, undefined, root)
    }
  }

  /** Both runs as a whole. */
  totals(): { readonly a: Total; readonly b: Total } {
    return { a: this.a.total(), b: this.b.total() }
  }

  private changes(name: string, a: Root | undefined, b: Root | undefined): ReadonlyArray<SpanChange> {
    const changes = changesOf(name, a, b)
    this.same &&= changes.every((each) =>
      each.a !== undefined && each.b !== undefined && each.a.outcome === each.b.outcome
    )
    return changes
  }
}

class Counts {
  private readonly counts = new Map<string, number>()

  /** Counts a text; returns how often it has been counted. */
  next(text: string): number {
    const count = (this.counts.get(text) ?? 0) + 1
    this.counts.set(text, count)
    return count
  }
}

/** The first and the last root with a label that are not taken yet, numbered from 1; 0 for none. */
interface Waiting {
  first: number
  last: number
}

/** The roots of the second run; each is taken at most once. */
class OtherRoots {
  private readonly counts = new Counts()
  private readonly waiting = new Map<string, Waiting>()
  /** Where each root is: its trace, and its place among the roots of that trace. */
  private readonly traces = Column.whole32()
  private readonly places = Column.whole32()
  /** The number of each root among those with its label; 0 once it is taken. */
  private readonly ordinals = Column.whole32()
  /** The next root with the same label, from 1. */
  private readonly next = Column.whole32()

  constructor(private readonly run: RunReader) {}

  /** The next root with this label. */
  take(text: string): Root | undefined {
    for (;;) {
      const waiting = this.waiting.get(text)
      if (waiting !== undefined && waiting.first > 0) {
        const root = waiting.first - 1
        waiting.first = this.next.get(root)
        this.ordinals.set(root, 0)
        return this.at(root)
      }
      if (!this.read()) {
        return undefined
      }
    }
  }

  /** The roots that were not taken, with their names. */
  *left(): Generator<readonly [string, Root]> {
    for (let root = 0;; root++) {
      while (root >= this.traces.length) {
        if (!this.read()) {
          return
        }
      }
      const ordinal = this.ordinals.get(root)
      if (ordinal > 0) {
        const found = this.at(root)
        yield [nameOf(label(found.node), ordinal), found]
      }
    }
  }

  private at(root: number): Root {
    return this.run.again(this.traces.get(root))[this.places.get(root)]!
  }

  /** Reads the next trace; returns whether there was one. */
  private read(): boolean {
    const trace = this.run.next
    const roots = this.run.read()
    roots?.forEach(({ node }, place) => this.note(label(node), trace, place))
    return roots !== undefined
  }

  private note(text: string, trace: number, place: number): void {
    const number = this.traces.length + 1
    this.traces.push(trace)
    this.places.push(place)
    this.ordinals.push(this.counts.next(text))
    this.next.push(0)
    const waiting = this.waiting.get(text)
    if (waiting === undefined || waiting.first === 0) {
      this.waiting.set(text, { first: number, last: number })
    } else {
      this.next.set(waiting.last - 1, number)
      waiting.last = number
    }
  }
}
