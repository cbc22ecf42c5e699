/**
 * Writes schema/records.json. Run it with `npm run generate:schema` after changing the wire format.
 */
import { writeFileSync } from "node:fs"
import { schemaText } from "./document.js"

writeFileSync(new URL("records.json", import.meta.url), schemaText)
