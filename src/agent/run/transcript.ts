/**
 * Turns the parts of an answer into messages for the next call.
 *
 * `Prompt.fromResponseParts` drops the metadata of reasoning, and with it signatures that providers want back; this keeps it. Content that vendors
 * reject in a request is left out: text that is only white space, and answers that are only reasoning.
 */
import * as Prompt from "@effect/ai/Prompt"
import type { FinishReason } from "../AgentEvent.js"
import type { ModelPart, ToolCall, UnfinishedCall } from "../model/modelParts.js"
import { freeId } from "./uniqueIds.js"

type Options = { [provider: string]: unknown }

interface TextSegment {
  readonly kind: "text" | "reasoning"
  readonly id: string
  text: string
  options: Options
}

interface FileSegment {
  readonly kind: "file"
  readonly mediaType: string
  readonly data: Uint8Array | string
  readonly options: Options
}

type Segment = TextSegment | FileSegment | { readonly kind: "part"; readonly part: Prompt.AssistantMessagePart }

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  // An answer that calls tools is complete.
  ["tool-calls", "stop"],
  ["length", "length"],
  ["content-filter", "content-filter"],
  ["refusal", "refusal"],
  ["pause", "pause"],
  ["error", "error"]
])

/** Collects an answer. */
export class Transcript {
  private readonly segments: Array<Segment> = []
  readonly toolCalls: Array<ToolCall> = []
  private hasRefused = false
  private reason = "unknown"
  private vendors: ReadonlyArray<string> = []
  /** Whether the last part has arrived. */
  isFinished = false
  private readonly unfinished = new Map<string, { readonly id: string; readonly name: string; text: string }>()

  /** `callIds` are the ids of earlier calls in the conversation. */
  constructor(private readonly callIds: Set<string> = new Set()) {}

  /** Adds the next part and returns it, with a unique id if it is a tool call. */
  add(given: ModelPart): ModelPart {
    const part = this.withOwnId(given)
    this.collect(part)
    return part
  }

  // The result of a call that the provider ran refers to the given id.
  private withOwnId(part: ModelPart): ModelPart {
    if (part.type !== "tool-call") {
      return part
    }
    const { call } = part
    if (call.providerExecuted) {
      this.callIds.add(call.id)
      return part
    }
    return { ...part, call: { ...call, id: freeId(call.id, this.callIds) } }
  }

  private collect(part: ModelPart): void {
    switch (part.type) {
      case "text":
      case "reasoning": {
        const segment = this.segment(part.type, part.id)
        segment.text += part.text
        segment.options = mergeOptions(segment.options, part.metadata)
        this.hasRefused ||= part.type === "text" && part.isRefusal
        return
      }
      case "tool-params":
        this.addParameters(part)
        return
      case "tool-call":
        this.addCall(part)
        return
      case "file":
        this.segments.push({
          kind: "file",
          mediaType: part.mediaType,
          data: part.data,
          options: mergeOptions({}, part.metadata)
        })
        return
      case "finish":
        this.isFinished = true
        this.reason = part.reason
        this.vendors = Object.keys(part.metadata)
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

  /** Why the answer ended. */
  get finishReason(): FinishReason {
    return this.hasRefused ? "refusal" : reasons.get(this.reason) ?? "unknown"
  }

  /** All text of the answer. */
  get text(): string {
    return this.segments.map((segment) => segment.kind === "text" ? segment.text : "").join("")
  }

  /** The answer as a message, or no message if it is empty. */
  get messages(): ReadonlyArray<Prompt.Message> {
    const content = this.segments.flatMap((segment) => assistantPart(segment, this.vendors))
    return content.every(({ type }) => type === "reasoning") ? [] : [Prompt.makeMessage("assistant", { content })]
  }

  /** Tool calls that were started but not finished. */
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
    this.unfinished.delete(call.givenId)
    this.toolCalls.push(call)
    this.segments.push({
      kind: "part",
      part: Prompt.makePart("tool-call", {
        id: call.id,
        name: call.name,
        providerExecuted: call.providerExecuted,
        params: sendableParameters(call.params),
        options: { ...metadata } as never
      })
    })
  }

  private segment(kind: "text" | "reasoning", id: string): TextSegment {
    const known = this.segments.find((segment): segment is TextSegment =>
      segment.kind === kind && "id" in segment && segment.id === id
    )
    const segment: TextSegment = known ?? { kind, id, text: "", options: {} }
    if (known === undefined) {
      this.segments.push(segment)
    }
    return segment
  }
}

// Vendors may reject parameters that are not an object, but the model should see what it wrote.
const sendableParameters = (params: unknown): unknown =>
  typeof params === "object" && params !== null && !Array.isArray(params) ? params : { invalid_parameters: params }

const assistantPart = (
  segment: Segment,
  vendors: ReadonlyArray<string>
): ReadonlyArray<Prompt.AssistantMessagePart> =>
  segment.kind === "part"
    ? [segment.part]
    : segment.kind === "file"
    // Layers do not name the vendor on a file, and only some vendors accept their own files.
    ? [Prompt.makePart("file", {
      mediaType: segment.mediaType,
      data: segment.data,
      options: { ...Object.fromEntries(vendors.map((name) => [name, {}])), ...segment.options } as never
    })]
    : segment.kind === "text" && segment.text.trim() === ""
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
