import { describe, expect, it } from "vitest"
import { conversationOf, type Entry, exchangeOf, runOf } from "../../../src/viewer/model/content/conversation.js"
import { bookOf } from "../book.js"
import { fileOf, lineOf } from "../samples.js"
import { answer, systemPrompt, talkFile } from "../talk.js"

const trace = bookOf(talkFile()).traces[0]!

/** Role and parts, each part in short. */
const outline = (entries: ReadonlyArray<Entry>) =>
  entries.map(({ omitted, parts, role }) =>
    omitted > 0 ? [`${omitted} omitted`] : [
      role,
      ...parts.map((part) =>
        part.kind === "text" || part.kind === "reasoning"
          ? part.text
          : part.kind === "call"
          ? `${part.name} → ${JSON.stringify(part.result?.value)}${part.result?.failed === true ? " failed" : ""}`
          : part.kind
      )
    ]
  )

const diff = "read_diff → {\"files\":[{\"path\":\"config/pool.yaml\",\"diff\":\"- max: 40\\n+ max: 4\"}]}"
const delegated = "delegate → \"The pool was exhausted: `waited 300 ms`.\""

describe("a run's conversation", () => {
  it("has each message once, over all turns, with the results next to their calls", () => {
    expect(outline(conversationOf(trace, 0))).toEqual([
      ["system", systemPrompt],
      ["user", "Why did checkout slow down? The graph is attached.", "media"],
      [
        "assistant",
        "The graph rises at 14:02, the time of a deploy. The logs should say which.",
        "I will look at the deploy and at the logs.",
        diff,
        delegated
      ],
      ["assistant", answer],
      ["user", "Thanks. Who approved it?"],
      ["assistant", "The record does not say."]
    ])
  })

  it("knows the span of each answer and of each tool", () => {
    const entries = conversationOf(trace, 0)
    expect(entries.map(({ span }) => span?.index)).toEqual([undefined, undefined, 2, 10, undefined, 12])
    expect(entries[2]!.parts.map((part) => part.kind === "call" ? part.span?.name : part.kind))
      .toEqual(["reasoning", "text", "loom.tool", "loom.tool"])
  })

  it("is separate for a sub-agent, and takes a tool's result from its span if no later message has it", () => {
    expect(runOf(trace, 8)).toBe(5)
    expect(outline(conversationOf(trace, 5))).toEqual([
      ["user", "What do the logs say after 14:02?"],
      ["assistant", "search_logs → \"the query is too wide: 41,000,000 lines match\" failed"]
    ])
  })

  it("is the input and the answer for a single model call", () => {
    expect(outline(exchangeOf(trace, trace.spans[2]!)).map(([role]) => role)).toEqual(["system", "user", "assistant"])
    expect(outline(exchangeOf(trace, trace.spans[12]!)).map(([role]) => role)).toEqual([
      "system",
      "user",
      "2 omitted",
      "assistant",
      "user",
      "assistant"
    ])
  })

  it("shows a text result as text, not as JSON", () => {
    const file = talkFile().replace(
      "\"the query is too wide: 41,000,000 lines match\"",
      JSON.stringify(JSON.stringify("two\nlines"))
    )
    const [call] = conversationOf(bookOf(file).traces[0]!, 5)[1]!.parts
    expect(call).toMatchObject({ kind: "call", result: { value: "two\nlines", failed: true } })
  })

  const talk = (...calls: ReadonlyArray<readonly [input: unknown, output: unknown]>) =>
    bookOf(fileOf([
      lineOf({ id: 1, name: "loom.run", start: 0, end: 100, attributes: { agent: "a" } }),
      ...calls.map(([input, output], index) =>
        lineOf({
          id: index + 2,
          parent: 1,
          name: "loom.model.stream",
          start: index + 1,
          end: index + 2,
          attributes: { input_messages: JSON.stringify(input), output_messages: JSON.stringify(output) }
        })
      )
    ])).traces[0]!
  const user = (content: string) => ({ role: "user", content })
  const assistant = (content: string) => ({ role: "assistant", content })
  const texts = (calls: ReadonlyArray<readonly [input: unknown, output: unknown]>) =>
    outline(conversationOf(talk(...calls), 0)).map((entry) => entry.join(" "))

  it("keeps a message that occurs twice", () => {
    expect(texts([
      [[user("yes")], [assistant("more?")]],
      [[user("yes"), assistant("more?"), user("yes")], [assistant("more?")]]
    ])).toEqual(["user yes", "assistant more?", "user yes", "assistant more?"])
  })

  it("is the same if a later record truncated a text", () => {
    expect(texts([
      [[user("a long question")], [assistant("b")]],
      [[user("a lo…[+11 chars]"), assistant("b"), user("c")], [assistant("d")]]
    ])).toEqual(["user a long question", "assistant b", "user c", "assistant d"])
  })

  it("continues after a summary has replaced earlier messages", () => {
    expect(texts([
      [[user("a")], [assistant("b")]],
      [[user("a"), assistant("b"), user("c")], [assistant("d")]],
      [[user("Summary: a, b, c"), assistant("d"), user("e")], [assistant("f")]]
    ])).toEqual(["user a", "assistant b", "user c", "assistant d", "user e", "assistant f"])
    expect(texts([
      [[user("a")], [assistant("b")]],
      [[assistant("A new start."), user("c")], [assistant("d")]]
    ])).toEqual(["user a", "assistant b", "assistant A new start.", "user c", "assistant d"])
  })

  it("is fast even if a record claims to have omitted very many messages", () => {
    expect(texts([
      [[user("a")], [assistant("b")]],
      [[user("a"), "…[+900000000000 items]", user("c")], [assistant("d")]]
    ])).toContain("assistant d")
  })

  it("reads the names of the GenAI conventions", () => {
    const [trace] = bookOf(fileOf([lineOf({
      id: 1,
      name: "loom.model.stream",
      start: 0,
      end: 1,
      attributes: {
        "gen_ai.system_instructions": "[{\"type\":\"text\",\"content\":\"Be brief.\"}]",
        "gen_ai.input.messages": "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"hi\"}]}]",
        "gen_ai.output.messages": "[{\"role\":\"assistant\",\"parts\":[{\"type\":\"text\",\"content\":\"ho\"}]}]"
      }
    })])).traces
    expect(outline(conversationOf(trace!, 0))).toEqual([["system", "Be brief."], ["user", "hi"], ["assistant", "ho"]])
  })
})
