/**
 * Turns the parts of an answer into messages for the next call.
 *
 * `Prompt.fromResponseParts` drops the metadata of reasoning, and with it signatures that providers want back; this keeps it.
 */
import * as Prompt from "@effect/ai/Prompt"
import type { ModelPart, ToolCall, UnfinishedCall } from "../model/modelParts.js"

type Options = { [provider: string]: unknown }

interface TextSegment {
  readonly kind: "text" | "reasoning"
  readonly id: string
  text: string
  options: Options
}

type Segment = TextSegment | { readonly kind: "part"; readonly part: Prompt.AssistantMessagePart }

/** Collects an answer. */
export class Transcript {
  private readonly segments: Array<Segment> = []
  readonly toolCalls: Array<ToolCall> = []
  /** Whether the last part has arrived. */
  isFinished = false
  private readonly unfinished = new Map<string, { readonly id: string; readonly name: string; text: string }>()

  /** Adds the next part. */
  add(part: ModelPart): void {
    switch (part.type) {
      case "text":
      case "reasoning": {
        const segment = this.segment(part.type, part.id)
        segment.text += part.text
        segment.options = mergeOptions(segment.options, part.metadata)
        return
      }
      case "tool-params":
        this.addParameters(part)
        return
      case "tool-call":
        this.addCall(part)
        return
      case "finish":
        this.isFinished = true
        return
      case "tool-result":
        this.segments.push({
          kind: "part",
          part: Prompt.makePart("tool-result", {
            id: part.id,
            name: part.name,
            result: part.result,
            isFailure: part.isFailure,
            providerExecuted: true
          })
        })
        return
      default:
        return
    }
  }

  /** All text of the answer. */
  get text(): string {
    return this.segments.map((segment) => segment.kind === "text" ? segment.text : "").join("")
  }

  /** The answer as a message; no message if it is empty. */
  get messages(): ReadonlyArray<Prompt.Message> {
    const content = this.segments.flatMap(assistantPart)
    return content.length === 0 ? [] : [Prompt.makeMessage("assistant", { content })]
  }

  /** Tool calls that were started and not finished. */
  get unfinishedCalls(): ReadonlyArray<UnfinishedCall> {
    return [...this.unfinished.values()]
  }

  private addParameters({ id, name, text }: Extract<ModelPart, { type: "tool-params" }>): void {
    const known = this.unfinished.get(id)
    if (known !== undefined) {
      known.text += text
    } else if (name !== undefined) {
      this.unfinished.set(id, { id, name, text })
    }
  }

  private addCall({ call, metadata }: Extract<ModelPart, { type: "tool-call" }>): void {
    this.unfinished.delete(call.id)
    this.toolCalls.push(call)
    this.segments.push({
      kind: "part",
      part: Prompt.makePart("tool-call", {
        ...call,
        params: parametersSaid(call.params),
        options: { ...metadata } as never
      })
    })
  }

  private segment(kind: "text" | "reasoning", id: string): TextSegment {
    const known = this.segments.find((segment): segment is TextSegment => segment.kind === kind && segment.id === id)
    const segment: TextSegment = known ?? { kind, id, text: "", options: {} }
    if (known === undefined) {
      this.segments.push(segment)
    }
    return segment
  }
}

// Vendors may reject parameters that are not an object, but the model should see what it wrote.
const parametersSaid = (params: unknown): unknown =>
  typeof params === "object" && params !== null && !Array.isArray(params) ? params : { invalid_parameters: params }

const assistantPart = (segment: Segment): ReadonlyArray<Prompt.AssistantMessagePart> =>
  segment.kind === "part"
    ? [segment.part]
    : segment.kind === "text" && segment.text === ""
    ? []
    : [Prompt.makePart(segment.kind, { text: segment.text, options: segment.options as never })]

const mergeOptions = (options: Options, metadata: { readonly [provider: string]: unknown }): Options => {
  const merged = { ...options }
  for (const [provider, values] of Object.entries(metadata)) {
    merged[provider] = { ...(merged[provider] as object | undefined), ...(values as object | undefined) }
  }
  return merged
}

/** The results of tool calls as a message, in the order of the calls. */
export const toolMessage = (
  results: ReadonlyArray<{ readonly call: ToolCall; readonly result: unknown; readonly isFailure: boolean }>
): Prompt.Message =>
  Prompt.makeMessage("tool", {
    content: results.map(({ call, isFailure, result }) =>
      Prompt.makePart("tool-result", { id: call.id, name: call.name, result, isFailure, providerExecuted: false })
    )
  })
