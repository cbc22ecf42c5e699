/**
 * A toolkit as the provider should see it: the same names, descriptions and JSON schemas, but parameters that are taken as they come.
 *
 * `@effect/ai` decodes a tool call's parameters while it reads the answer, and refuses the whole answer where they do not fit. The dispatch
 * decodes them itself, so that the model is told what was wrong and can try again.
 */
import * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Any tools, by name. */
export type Tools = Record<string, Tool.Any>

/** What the model is given. It never runs a tool. */
export const looseToolkit = (tools: Tools): Toolkit.WithHandler<Tools> => ({
  tools: Object.fromEntries(Object.entries(tools).map(([key, tool]) => [key, loose(tool)])),
  handle: () => Effect.dieMessage("The agent dispatches tool calls itself")
})

const loose = (tool: Tool.Any): Tool.Any => {
  if (!Tool.isUserDefined(tool)) {
    return tool
  }
  const parameters: Schema.Schema.Any = tool.parametersSchema
  // The annotation is what the provider is shown in place of a schema for `unknown`.
  return tool.setParameters(
    Schema.Unknown.annotations({ jsonSchema: Tool.getJsonSchemaFromSchemaAst(parameters.ast) }) as never
  )
}
