/**
 * `mcp`: serves the readers to coding agents.
 */
import * as Effect from "effect/Effect"
import { command } from "../command.js"
import { IoError, UsageError } from "../Failure.js"
import { callTool } from "../mcp/call.js"
import { tools } from "../mcp/tools.js"

export const mcp = command({
  name: "mcp",
  summary: "Serve the files to coding agents (MCP)",
  details: "An MCP server on standard input and output, with the tools list_traces, show_trace, conversation, stats, " +
    "cost, errors, find and doctor. It reads only the files named here and truncates long answers.",
  arguments: [{ name: "FILE", description: "A JSON Lines file, plain or gzipped; name at least one", repeated: true }],
  options: {},
  examples: ["mcp traces.jsonl", "mcp traces.jsonl other.jsonl.gz"],
  run: ({ files }) =>
    files.length === 0 || files.includes("-")
      ? Effect.fail(
        new UsageError({ message: "No files: standard input carries the protocol, so name at least one file" })
      )
      : Effect.tryPromise({
        try: async (signal) => {
          const { serve } = await import("../mcp/protocol.js")
          await serve(tools, (name, given) => Effect.runPromise(callTool(files, name, given), { signal }))
        },
        catch: (error) => new IoError({ message: `the MCP server stopped: ${String(error)}` })
      })
})
