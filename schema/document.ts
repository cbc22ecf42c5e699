/**
 * Generates the text of schema/records.json from the Schema of a line.
 */
import * as JSONSchema from "effect/JSONSchema"
import { RecordLine } from "./RecordLine.js"

const definitions: Record<string, JSONSchema.JsonSchema7> = {}
const line = JSONSchema.fromAST(RecordLine.ast, {
  definitions,
  definitionPath: "#/$defs/",
  target: "jsonSchema2020-12",
  additionalPropertiesStrategy: "allow"
})

const document = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A line of a loom-telemetry trace file",
  description: "Each line of the file is one of these records. Later versions may add fields and kinds",
  ...line,
  $defs: definitions
}

/** The content of the file. */
export const schemaText = `${JSON.stringify(document, undefined, 2)}\n`
