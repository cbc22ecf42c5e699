/**
 * Toolkits whose parameters are not decoded by `@effect/ai`.
 *
 * `@effect/ai` decodes a tool call's parameters while it reads the answer, and rejects the whole answer if they do not fit. An agent therefore passes
 * it the same names, descriptions and JSON schemas, but with undecoded parameters. The dispatch decodes them, so that the model receives the error
 * and can try again.
 */
import * as Tool from "@effect/ai/Tool"
import type * as Toolkit from "@effect/ai/Toolkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Any tools, by name. */
export type Tools = Record<string, Tool.Any>

/** A tool that comes with its handler, such as a supervisor's `delegate`; no layer provides it. */
export interface LocalTool {
  readonly tool: Tool.Any
  /** Runs with decoded parameters. */
  readonly handler: (params: never) => Effect.Effect<unknown, unknown>
  /** The sub-agent that a call delegates to, from the parameters as the model wrote them. It may not exist. */
  readonly worker?: (params: unknown) => { readonly name: string; readonly exists: boolean } | undefined
}

/** The toolkit for the model, which also accepts calls of tools by these names. It never runs a tool. */
export const looseToolkit = (tools: Tools, alsoCalled: ReadonlyArray<string> = []): Toolkit.WithHandler<Tools> => ({
  tools: Object.fromEntries([
    ...alsoCalled.map((name) => [name, loose(Tool.make(name))]),
    ...Object.entries(tools).map(([key, tool]) => [key, loose(tool)])
  ]),
  handle: () => Effect.dieMessage("The agent dispatches tool calls itself")
})

const loose = (tool: Tool.Any): Tool.Any => {
  const parameters: Schema.Schema.Any = tool.parametersSchema
  // The provider receives the annotation instead of a schema for `unknown`.
  const undecoded = Schema.Unknown.annotations({ jsonSchema: Tool.getJsonSchemaFromSchemaAst(parameters.ast) })
  return Tool.isUserDefined(tool)
    ? tool.setParameters(undecoded as never)
    // A provider-defined tool must not become a user-defined one.
    : Object.assign(Object.create(Object.getPrototypeOf(tool)), tool, { parametersSchema: undecoded })
}
