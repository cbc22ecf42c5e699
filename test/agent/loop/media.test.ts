/**
 * Media in captured content: a record describes it, but never holds its bytes.
 */
import * as Prompt from "@effect/ai/Prompt"
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent } from "loom-telemetry/agent"
import { createHash, randomBytes } from "node:crypto"
import { calling, saying } from "../arithmetic.js"
import { flaws, recorded, type Records, scripted, spanNamed, spansNamed } from "../recorded.js"
import { call, calls, text, ways } from "./everyWay.js"

const Look = Tool.make("look", { success: Schema.Any })
const toolkit = Toolkit.make(Look)
const seer = Agent.make({ name: "seer", instructions: "Look.", toolkit, captureContent: "attributes" })
const question = "What is in this picture?"

const small = randomBytes(1024)
const large = randomBytes(4 * 1024 * 1024)

const noteOf = (bytes: Uint8Array, mediaType: string) => ({
  kind: "image",
  media_type: mediaType,
  size: bytes.length,
  digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`
})

const file = (data: string | Uint8Array | URL) =>
  Prompt.makeMessage("user", {
    content: [Prompt.makePart("text", { text: question }), Prompt.makePart("file", { mediaType: "image/png", data })]
  })

const asked = (prompt: Prompt.RawInput, answer = "A moth.") =>
  seer.run(prompt).pipe(
    Effect.provide(toolkit.toLayer({ look: () => Effect.succeed("") })),
    scripted(saying(answer)),
    recorded
  )

const attributesOf = (run: Records) => ({
  ...spanNamed(run, "loom.run").attributes,
  ...spanNamed(run, "loom.model.stream").attributes
})

/** Whether parts of the bytes are in the records. */
const leaked = (run: Records, bytes: Uint8Array): boolean => {
  const texts = JSON.stringify(run.spans)
  return texts.includes(Buffer.from(bytes).toString("base64").slice(0, 60)) ||
    texts.includes(Buffer.from(bytes).toString("base64url").slice(40, 100)) ||
    texts.includes(`${bytes[0]},${bytes[1]},${bytes[2]},`)
}

const wrapped = (bytes: Buffer, width: number, lineBreak: string) =>
  bytes.toString("base64").replaceAll(new RegExp(`.{${width}}(?!$)`, "g"), `$&${lineBreak}`)

/** How many turns other work of the process got in the meantime. */
const turnsDuring = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const counter = { turns: 0, next: setImmediate(() => {}) }
      const count = () => {
        counter.turns++
        counter.next = setImmediate(count)
      }
      count()
      return counter
    }),
    (counter) => Effect.map(self, () => counter.turns),
    (counter) => Effect.sync(() => clearImmediate(counter.next))
  )

const forms: ReadonlyArray<readonly [form: string, data: (bytes: Buffer) => string | Uint8Array | URL]> = [
  ["bytes", (bytes) => new Uint8Array(bytes)],
  ["a buffer", (bytes) => bytes],
  ["a URL object", (bytes) => new URL(`data:image/png;base64,${bytes.toString("base64")}`)],
  ["a data URL", (bytes) => `data:image/png;base64,${bytes.toString("base64")}`],
  ["base64", (bytes) => bytes.toString("base64")]
]

// Only one of each kind for 4 MB, because these are slow.
describe.each([["1 KB", small, forms.length], ["4 MB", large, 1]] as const)(
  "a picture of %s in the prompt",
  (_, bytes, most) => {
    it.live.each(forms.slice(-most))(
      "as %s becomes a note with kind, type, size and digest, next to the question",
      ([, data]) =>
        Effect.gen(function*() {
          const run = yield* asked([file(data(bytes))])
          expect(run.exit._tag).toBe("Success")
          const { input, input_messages } = attributesOf(run)
          for (const content of [input, input_messages]) {
            const [message] = JSON.parse(String(content)).slice(-1)
            expect(message.content[0].text).toBe(question)
            expect(message.content[1]).toEqual({
              type: "file",
              mediaType: "image/png",
              data: noteOf(bytes, "image/png")
            })
          }
          expect(leaked(run, bytes)).toBe(false)
        })
    )

    it.live("as a data URL or base64 in a text is replaced inside the text", () =>
      Effect.gen(function*() {
        const base64 = bytes.toString("base64")
        const run = yield* asked(`${question} ![](data:image/png;base64,${base64}) and ${base64} Thanks.`)
        const { digest, size } = noteOf(bytes, "image/png")
        expect(JSON.parse(String(attributesOf(run)["input"]))[0].content[0].text).toBe(
          `${question} ![](<image/png, ${size} bytes, ${digest}>) and <application/octet-stream, ${size} bytes, ${digest}> Thanks.`
        )
        expect(leaked(run, bytes)).toBe(false)
      }))

    it.live("is not in the records when a tool returns it, or the model answers with it", () =>
      Effect.gen(function*() {
        const base64 = bytes.toString("base64")
        const results = [base64, { type: "image", data: base64, mimeType: "image/png" }, {
          image_url: `data:image/png;base64,${base64}`
        }]
        for (const result of results.slice(-most)) {
          const run = yield* seer.run(question).pipe(
            Effect.provide(toolkit.toLayer({ look: () => Effect.succeed(result) })),
            scripted(calling({ id: "c1", name: "look", params: {} }), saying(`Here: data:image/png;base64,${base64}`)),
            recorded
          )
          const { digest, size } = noteOf(bytes, "image/png")
          expect(JSON.stringify(JSON.parse(String(spanNamed(run, "loom.tool").attributes["result"])))).toContain(digest)
          expect(spanNamed(run, "loom.run").attributes["output"]).toBe(`Here: <image/png, ${size} bytes, ${digest}>`)
          expect(leaked(run, bytes)).toBe(false)
        }
      }))
  }
)

describe.each(ways)("a picture in a run %s", (_, ask) => {
  const base64 = small.toString("base64")
  const { digest, size } = noteOf(small, "image/png")

  it.effect.each<readonly [form: string, text: string]>([
    ["a data URL", `data:image/png;base64,${base64}`],
    ["base64", base64],
    ["base64 in lines", wrapped(small, 76, "\n")]
  ])("is in no record as %s: in the prompt, from a tool, in the answer", ([, form]) =>
    Effect.gen(function*() {
      const run = yield* ask(seer, [calls(call("c1", "look")), text(`I see (${form})`)], {
        prompt: `${question} (${form})`
      }).pipe(
        Effect.provide(toolkit.toLayer({ look: () => Effect.succeed({ picture: form, done: true }) }))
      )
      expect((yield* run.exit).output).toContain(form)
      const seen = run.spans.find(({ attributes }) => attributes["agent"] === "seer")!
      expect(seen.attributes["output"]).toMatch(new RegExp(`^I see \\(<[\\w/-]+, ${size} bytes, ${digest}>\\)$`))
      expect(JSON.parse(String(seen.attributes["input"]))[0].content[0].text).toContain(`${question} (<`)
      const result = spansNamed(run, "loom.tool").find(({ attributes }) => attributes["tool"] === "look")!
      expect(JSON.parse(String(result.attributes["result"]))).toMatchObject({ done: true })
      expect(leaked(run, small)).toBe(false)
      expect(flaws(run)).toEqual([])
    }))
})

describe("a picture of 4 MB", () => {
  it.live("lets other work run after every 128 KB of text", () =>
    Effect.gen(function*() {
      const base64 = large.toString("base64")
      const least = (yield* turnsDuring(asked(question))) + Math.floor(base64.length / 131_072)
      expect(yield* turnsDuring(asked([file(base64)]))).toBeGreaterThanOrEqual(least)
      expect(yield* turnsDuring(asked(`${question} data:image/png;base64,${base64}`))).toBeGreaterThanOrEqual(least)
    }), 60_000)
})

/** The recorded output of a model. */
const outputOf = (text: string) =>
  Effect.map(asked(question, text), (run) => String(spanNamed(run, "loom.run").attributes["output"]))

describe("base64 that is wrapped in lines", () => {
  it.live.each(
    [[76, "\r\n"], [64, "\n"]].flatMap(([width, lineBreak]) =>
      // Ends in the middle of a line, with each padding, and with a whole line.
      [1021, 1022, 1023, 1026, 960, 912].map((size) => [Number(width), String(lineBreak), size] as const)
    )
  )("of %i characters is media: %j, %i bytes", ([width, lineBreak, size]) =>
    Effect.gen(function*() {
      const bytes = randomBytes(size)
      const lines = wrapped(bytes, width, lineBreak)
      const { digest } = noteOf(bytes, "image/png")
      expect(yield* outputOf(`Here it is.${lineBreak}${lines}${lineBreak}That was it: data:image/png;base64,${lines}`))
        .toBe(
          `Here it is.${lineBreak}<application/octet-stream, ${size} bytes, ${digest}>${lineBreak}` +
            `That was it: <image/png, ${size} bytes, ${digest}>`
        )
      const run = yield* asked([file(lines)])
      expect(JSON.parse(String(attributesOf(run)["input"]))[0].content[1].data).toEqual(noteOf(bytes, "image/png"))
    }))

  it.live("is media wherever its first line starts", () =>
    Effect.gen(function*() {
      const bytes = randomBytes(600)
      const { digest } = noteOf(bytes, "image/png")
      for (let before = 0; before < 300; before += 37) {
        const prose = "a b ".repeat(100).slice(0, before)
        expect(yield* outputOf(`${prose}\n${wrapped(bytes, 76, "\n")}\nend`))
          .toBe(`${prose}\n<application/octet-stream, 600 bytes, ${digest}>\nend`)
      }
    }))
})

describe("a private key", () => {
  it.live("is redacted as a whole: not even its digest is recorded", () =>
    Effect.gen(function*() {
      const bytes = randomBytes(1200)
      const key = `-----BEGIN PRIVATE KEY-----\n${wrapped(bytes, 64, "\n")}\n-----END PRIVATE KEY-----\n`
      const output = yield* outputOf(`Here is it:\n${key}Bye.`)
      expect(output).toContain("<redacted>")
      expect(output).not.toContain("sha256")
      expect(output).toContain("Bye.")
    }))
})

describe("media of other kinds", () => {
  it.live.each(["application/pdf", "audio/wav", "video/mp4", "text/plain", "image/svg+xml"])(
    "becomes a note too: %s",
    (mediaType) =>
      Effect.gen(function*() {
        const bytes = randomBytes(2000)
        const part = (data: string | Uint8Array | URL) => Prompt.makePart("file", { mediaType, data })
        const base64 = bytes.toString("base64")
        const run = yield* asked([Prompt.makeMessage("user", {
          content: [
            Prompt.makePart("text", { text: question }),
            part(new Uint8Array(bytes)),
            part(base64),
            part(bytes.toString("base64url")),
            part(new URL(`data:${mediaType};base64,${base64}`))
          ]
        })])
        const [text, ...files] = JSON.parse(String(attributesOf(run)["input"]))[0].content
        expect(text.text).toBe(question)
        const kind = /^(audio|image|video)/.exec(mediaType)?.[0] ?? "document"
        expect(files.map(({ data }: { data: unknown }) => data)).toEqual(
          files.map(() => ({ ...noteOf(bytes, mediaType), kind }))
        )
        expect(leaked(run, bytes)).toBe(false)
      })
  )

  it.live.each<readonly [string, string, string]>([
    ["percent encoding", "data:image/svg+xml,%3Csvg%20width=%221%22/%3E%C3%A9", "<svg width=\"1\"/>é"],
    ["a character set", "data:text/plain;charset=utf-8,a%2Fb", "a/b"],
    ["percent signs that encode nothing", "data:text/plain,100%25%zz%", "100%%zz%"]
  ])("of a data URL with %s has the size and digest of the decoded data", ([, url, plain]) =>
    Effect.gen(function*() {
      const bytes = Buffer.from(plain)
      const { digest } = noteOf(bytes, "")
      const [mediaType] = /[\w/+]+(?=[;,])/.exec(url)!
      expect(yield* outputOf(`See (${url})`)).toBe(`See (<${mediaType}, ${bytes.length} bytes, ${digest}>)`)
    }))

  it.live("in the JSON form of a Buffer becomes a note", () =>
    Effect.gen(function*() {
      const run = yield* seer.run(question).pipe(
        Effect.provide(toolkit.toLayer({ look: () => Effect.succeed({ file: small.toJSON() }) })),
        scripted(calling({ id: "c1", name: "look", params: {} }), saying("A moth.")),
        recorded
      )
      expect(JSON.parse(String(spanNamed(run, "loom.tool").attributes["result"])).file)
        .toEqual({ ...noteOf(small, "application/octet-stream"), kind: "document" })
      expect(leaked(run, small)).toBe(false)
    }))

  it.live("that is declared base64 but is not stays unchanged", () =>
    Effect.gen(function*() {
      const text = "Größe 3! ".repeat(100)
      const run = yield* asked([file(text)])
      expect(JSON.parse(String(attributesOf(run)["input"]))[0].content[1].data)
        .toEqual(noteOf(Buffer.from(text), "image/png"))
    }))
})

describe("text that is not media", () => {
  it.live.each([
    "-".repeat(2000),
    "x".repeat(2000),
    "data: what I have, and more data: none",
    "data:,",
    "A sentence with /a/path and an id 550e8400-e29b-41d4-a716-446655440000. ".repeat(100),
    "deadbeef01".repeat(200),
    // Lines of a width that base64 is not wrapped at.
    `${"Ab1".repeat(24)}\n`.repeat(30),
    `${"Ab1".repeat(27)}\n`.repeat(30)
  ].map((text) => [text.slice(0, 30), text] as const))("stays unchanged: %s", ([, text]) =>
    Effect.gen(function*() {
      const run = yield* asked(question, text)
      const output = String(spanNamed(run, "loom.run").attributes["output"])
      expect(output.slice(0, 1000)).toBe(text.slice(0, 1000))
    }))
})
