/**
 * The tools that a model call offers, as digests that are recorded and compared.
 */
import * as Record from "effect/Record"
import { toolDigest } from "../run/agentVersion.js"
import type { Tools } from "../tools/looseToolkit.js"

/** Digests of name, description and parameters, by the tool's name. */
export type ToolDigests = { readonly [name: string]: string }

export const toolDigests = (tools: Tools): ToolDigests => Record.map(tools, toolDigest)

/** How the tools of two requests differ, one line for each; empty if they are the same. */
export const toolsDiff = (recorded: ToolDigests, asked: ToolDigests): string =>
  [...new Set([...Object.keys(recorded), ...Object.keys(asked)])].flatMap((name) => {
    const tool = `tool ${JSON.stringify(name)}`
    return recorded[name] === asked[name]
      ? []
      : recorded[name] === undefined
      ? [`+ ${tool}`]
      : asked[name] === undefined
      ? [`- ${tool}`]
      : [`${tool}: its description or parameters differ`]
  }).join("\n")
