/** Reads a file with another reader, to be measured from outside: `otherReader.mjs parse|readline|duckdb FILE`. */
import * as readers from "./otherReaders.js"

const [name, path] = process.argv.slice(2) as [keyof typeof readers, string]
if (await readers[name](path) === 0) {
  throw new Error(`${name} found no records`)
}
