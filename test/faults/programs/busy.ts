/**
 * A child program that writes without end, to be killed. It tells its parent through a pipe of its own what is safe by then.
 *
 * With `mode: "write-through"` that is every record as soon as its span has ended; in the background it is what was flushed.
 */
import { writeSync } from "node:fs"
import { openSink, type SinkOptions } from "./openSink.js"

/** What the program is started with. */
export interface BusyOptions extends SinkOptions {
  readonly path: string
  readonly writer: string
  /** Bytes of a record. */
  readonly size: number
}

/** The descriptor of the pipe. Each line says how many records, counted from the first, are safe. */
const acknowledgements = 3

/** Records between two flushes. */
const burst = 64

const { path, size, writer, ...options } = JSON.parse(process.argv[2] ?? "{}") as BusyOptions
const sink = await openSink(path, options, { writer })
const acknowledge = () => writeSync(acknowledgements, `${sink.emitted()}\n`)
acknowledge()
for (;;) {
  if (options.mode === "write-through") {
    await sink.emit({ count: 1, size })
  } else {
    await sink.emit({ count: burst, size })
    await sink.flush()
  }
  acknowledge()
}
