/**
 * Serves the Model Context Protocol on standard input and output. A separate file in the bundle, so that other commands do not load it.
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js"
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js"
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js"

/** A tool, as clients list it. All arguments are strings. */
export interface ListedTool {
  readonly name: string
  readonly description: string
  readonly arguments: { readonly [name: string]: { readonly description: string; readonly required?: true } }
}

/** Defined when the command line is bundled. */
declare const LOOM_TELEMETRY_VERSION: string | undefined

const version = typeof LOOM_TELEMETRY_VERSION === "string" ? LOOM_TELEMETRY_VERSION : "development"

/** An answer of a tool. */
export interface Answer {
  readonly text: string
  readonly isError: boolean
}

const schemaOf = (given: ListedTool["arguments"]) => ({
  type: "object" as const,
  properties: Object.fromEntries(
    Object.entries(given).map(([name, { description }]) => [name, { type: "string", description }])
  ),
  required: Object.entries(given).filter(([, { required }]) => required === true).map(([name]) => name),
  additionalProperties: false
})

/** Serves the tools until standard input ends. */
export const serve = async (
  tools: ReadonlyArray<ListedTool>,
  call: (name: string, given: { readonly [name: string]: unknown }) => Promise<Answer>
): Promise<void> => {
  const server = new Server({ name: "loom-telemetry", version }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ arguments: given, description, name }) => ({
      name,
      description,
      inputSchema: schemaOf(given),
      annotations: { readOnlyHint: true, openWorldHint: false }
    }))
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const { isError, text } = await call(params.name, params.arguments ?? {})
    return { content: [{ type: "text", text }], isError }
  })
  const ended = new Promise<void>((resolve) => process.stdin.once("end", resolve).once("close", resolve))
  await server.connect(new StdioServerTransport())
  await ended
  await server.close()
}
