/**
 * Writes schema/records.json: `npm run generate:schema`, after a change of the wire format.
 */
import { writeFileSync } from "node:fs"
import { schemaText } from "./document.js"

writeFileSync(new URL("records.json", import.meta.url), schemaText)
