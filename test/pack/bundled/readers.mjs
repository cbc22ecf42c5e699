/** Reads a compressed file, counts its records and renders its tree. */
import { Chunk, Effect, Stream } from "effect"
import { TraceFile, TreeView } from "loom-telemetry/readers"

/** A `loom.tool` span of 750 ms, compressed with gzip. */
const file =
  "H4sIAAAAAAACA33QzWrDMBAE4HsfY85KWMn/eo6eejEbSQETWzLSCgoh717s0B57/5id2SceS/SwKDtHKETeAizWlLarpLRCQTK7MC8HIr4Pfa" +
  "cn3TvfNt6PbTuGm9HajdToyUGdOW/cNdPUuebeGudH9iMUds4hyvxnYl1XhSKcJfiZBRaGTH8hfWn0pzaWyBJdSRMRfUEhRP8fHPpf6GtmWVKc" +
  "twI7dKTAInm5VQkF9olzmwV7D4X0gJVcw0shVXHpfEGpzoVSjqPfLuxH2Lvw6+MHfM6n3zUBAAA="

const bytes = Stream.make(Uint8Array.from(atob(file), (character) => character.charCodeAt(0)))

const program = Effect.gen(function*() {
  const records = Chunk.toReadonlyArray(yield* Stream.runCollect(TraceFile.records(bytes)))
  return [records.length, TreeView.render(yield* TraceFile.tree(bytes)).trim()]
})

Effect.runPromise(program).then((found) => console.log(found.join(" ")))
