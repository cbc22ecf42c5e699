/**
 * The version of an agent: a digest of everything that determines its behavior, so that runs before and after a change can be told apart.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import type * as Schema from "effect/Schema"
import { memoize } from "../../records/memoize.js"
import { shortDigest } from "../../records/sha256.js"
import type { Tools } from "../tools/looseToolkit.js"

/** What a version is computed from, besides the model. */
export interface Versioned {
  readonly name: string
  readonly instructions: string | Prompt.SystemMessage
  readonly tools: Tools
}

/** The parts of an agent never change: its description and its version with each model are computed once. */
const known = new WeakMap<object, (model: string | undefined) => string>()

/**
 * Twelve hexadecimal digits of the SHA-256 of the agent's name, its instructions, its tools (names, descriptions and parameters) and the model, if it
 * is known. The result is cached for the object `agent`.
 */
export const agentVersion = (agent: object, versioned: () => Versioned, model: string | undefined): string => {
  const version = known.get(agent) ?? versionsOf(describe(versioned()))
  known.set(agent, version)
  return version(model)
}

const versionsOf = (description: string): (model: string | undefined) => string => {
  const digest = memoize(16, (model: string) => shortDigest(`${description}${model}`))
  return (model) => digest(JSON.stringify(model ?? null))
}

const describe = ({ instructions, name, tools }: Versioned): string =>
  JSON.stringify([
    name,
    typeof instructions === "string" ? instructions : instructions.content,
    Object.values(tools).map(describeTool).sort()
  ])

const digests = new WeakMap<Tool.Any, string>()

/** Twelve hexadecimal digits of the SHA-256 of what a model sees of a tool: its name, description and parameters. */
export const toolDigest = (tool: Tool.Any): string => {
  const digest = digests.get(tool) ?? shortDigest(describeTool(tool))
  digests.set(tool, digest)
  return digest
}

const describeTool = (tool: Tool.Any): string => JSON.stringify([tool.name, tool.description ?? "", parametersOf(tool)])

// Some schemas have no JSON Schema. The model cannot see them either.
const parametersOf = ({ parametersSchema }: Tool.Any): unknown => {
  try {
    const { ast }: Schema.Schema.Any = parametersSchema
    return Tool.getJsonSchemaFromSchemaAst(ast)
  } catch {
    return null
  }
}
