/**
 * A child program that writes spans and scores in turn until it is killed. It reports the records that are safe through an additional pipe.
 *
 * With `mode: "write-through"` a record is safe as soon as its span has ended or its score is given; in background mode once it was flushed.
 */
import { writeSync } from "node:fs"
import { openSink, type SinkOptions } from "./openSink.js"

/** The arguments of the program. */
export interface BusyOptions extends SinkOptions {
  readonly path: string
  readonly writer: string
  /** Bytes per record. */
  readonly size: number
}

/** The descriptor of the pipe. Each line is the number of safe records, counted from the first. */
const acknowledgements = 3

/** Records between two flushes. */
const burst = 64

const { path, size, writer, ...options } = JSON.parse(process.argv[2] ?? "{}") as BusyOptions
const sink = await openSink(path, options, { writer })
const acknowledge = () => writeSync(acknowledgements, `${sink.emitted()}\n`)
acknowledge()
for (;;) {
  if (options.mode === "write-through") {
    await sink.emit({ count: 1, size, of: "both" })
  } else {
    await sink.emit({ count: burst, size, of: "both" })
    await sink.flush()
  }
  acknowledge()
}
