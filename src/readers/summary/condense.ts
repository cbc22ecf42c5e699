/**
 * Condenses lines of a file, each by itself.
 */
import { takeFacts } from "../lineFacts.js"
import { type Line, LineSplitter } from "../LineSplitter.js"
import { skippedIn } from "../otlpSkipped.js"
import { type Condensed, Condenser } from "./condensed.js"

/** Condensed lines, and counts of the parts that are not read. */
export interface CondensedLines extends Condensed {
  /** Data points of OTLP's metrics. */
  readonly measurements: number
  /** Log records of OTLP without a score. */
  readonly logs: number
}

/** Goes first, so that no line after it begins a document over several lines. */
const lead = new TextEncoder().encode("{}\n")

/** Condenses lines that are not the first ones of their file. `feed` pushes them into the splitter. */
export const condense = (feed: (splitter: LineSplitter, take: (line: Line) => void) => void): CondensedLines => {
  const condenser = new Condenser()
  const splitter = new LineSplitter()
  let [measurements, logs] = [0, 0]
  splitter.push(lead, () => undefined)
  feed(splitter, (line) => {
    const skipped = skippedIn(line.text)
    measurements += skipped?.measurements ?? 0
    logs += skipped?.logs ?? 0
    takeFacts(line, condenser)
  })
  return { ...condenser.finished(), measurements, logs }
}
