/**
 * The tools that a model is offered in a call, as digests that are recorded and compared.
 */
import * as Record from "effect/Record"
import { toolDigest } from "../run/agentVersion.js"
import type { Tools } from "../tools/looseToolkit.js"

/** Digests of a tool's name, description and parameters, by tool name. */
export type ToolDigests = { readonly [name: string]: string }

export const toolDigests = (tools: Tools): ToolDigests => Record.map(tools, toolDigest)

/** The differences between the tools of two requests, one line per tool; empty if there are none. */
export const toolsDiff = (recorded: ToolDigests, asked: ToolDigests): string =>
  [...new Set([...Object.keys(recorded), ...Object.keys(asked)])].flatMap((name) => {
    const tool = `tool ${JSON.stringify(name)}`
    return !Object.hasOwn(recorded, name)
      ? [`+ ${tool}`]
      : !Object.hasOwn(asked, name)
      ? [`- ${tool}`]
      : recorded[name] === asked[name]
      ? []
      : [`${tool}: its description or parameters differ`]
  }).join("\n")
