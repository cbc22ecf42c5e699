/**
 * The queue compared with a list: confirmed lines are those put in, in order, and waiting lines never exceed the limit in bytes.
 */
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { LineQueue } from "../../../src/sinks/file/lineQueue.js"

const limit = 2000
const batchLimit = 400

const text = fc.array(fc.constantFrom("a", "é", "€", "😀", "\ud800"), { maxLength: 40 })
  .map((characters) => characters.join(""))

const long = fc.integer({ min: 300, max: 1200 }).map((length) => "€".repeat(length))

const command = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("offer" as const), text, notice: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("offer" as const), text: long, notice: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("send" as const), part: fc.double({ min: 0, max: 1, noNaN: true }) })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("confirm" as const, "resend" as const, "front" as const) }) }
)

type Line = { readonly bytes: string; readonly notice: boolean }

const bytesOf = (line: string) => Buffer.byteLength(line) + 1

describe("the line queue", () => {
  it("returns each line once, and never holds more bytes than its limit", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const queue = new LineQueue(limit, batchLimit)
        let front: Array<Line> = []
        let waiting: Array<Line> = []
        let sent = 0
        const all = () => [...front, ...waiting]
        for (const next of commands) {
          if (next.do === "offer") {
            const size = bytesOf(next.text)
            const used = waiting.reduce((sum, { bytes }) => sum + bytesOf(bytes), 0)
            const answer = queue.offer(next.text, next.notice ? "notice" : "record")
            expect(answer).toBe(size > limit ? "too_large" : used + size > limit ? "queue_full" : "queued")
            if (answer === "queued") {
              waiting.push({ bytes: Buffer.from(next.text).toString(), notice: next.notice })
            }
          } else if (next.do === "front") {
            if (!queue.hasSent && !queue.hasFront) {
              queue.putFirst("first")
              front.push({ bytes: "first", notice: true })
            }
          } else if (next.do === "send") {
            if (all().length > sent) {
              const onNewLine = next.part > 0.5
              const batch = queue.batch(onNewLine)
              const lines = all().slice(sent, sent + batch.lines)
              const expected = `${onNewLine ? "\n" : ""}${lines.map(({ bytes }) => `${bytes}\n`).join("")}`
              expect(Buffer.from(batch.bytes).toString()).toBe(expected)
              expect(batch.bytes.length <= batchLimit + 1 || batch.lines === 1).toBe(true)
              expect(queue.hasMore(batch)).toBe(all().length > sent + batch.lines)
              const whole = sent > 0 || next.part > 0.3 ? batch.lines : Math.floor(next.part * batch.lines)
              const fromFront = sent === 0 && front.length > 0 && whole < front.length
              queue.send(whole)
              if (fromFront) {
                front = front.slice(whole)
              } else {
                sent += whole
              }
            }
          } else if (next.do === "resend") {
            queue.resend()
            sent = 0
          } else {
            const confirmed = all().slice(0, sent)
            expect(queue.confirm()).toBe(confirmed.filter(({ notice }) => !notice).length)
            const rest = all().slice(sent)
            front = front.slice(Math.min(sent, front.length))
            waiting = rest.slice(front.length)
            sent = 0
          }
          expect(queue.records).toBe(waiting.filter(({ notice }) => !notice).length)
          expect(queue.isEmpty).toBe(all().length === 0)
          expect(queue.hasSent).toBe(sent > 0)
          expect(queue.end - queue.start).toBe(waiting.length)
        }
        expect(queue.clear()).toBe(waiting.filter(({ notice }) => !notice).length)
        expect(queue.isEmpty).toBe(true)
      }),
      { numRuns: 500 }
    )
  })
})
