/**
 * Spans around functions: what is recorded, and that results and errors stay unchanged.
 */
import { EventEmitter } from "node:events"
import { describe, expect, it } from "vitest"
import { inMemory, pause } from "./recorded.js"

describe("withSpan", () => {
  it("records name, attributes, annotations and outcome of an asynchronous function", async () => {
    const { spans, telemetry } = await inMemory()
    const answer = await telemetry.withSpan("answer", { question_length: 12 }, async () => {
      await pause()
      telemetry.annotate({ hits: 3 })
      telemetry.annotate(() => ({ late: true }))
      return "42"
    })
    expect(answer).toBe("42")
    expect(await spans()).toEqual([expect.objectContaining({
      name: "answer",
      parentSpanId: null,
      attributes: { question_length: 12, hits: 3, late: true },
      outcome: "success",
      exception: null
    })])
  })

  it("returns the result of a synchronous function at once, with its span ended", async () => {
    const { spans, telemetry } = await inMemory()
    const value = { its: "own" }
    expect(telemetry.withSpan("sync", () => value)).toBe(value)
    expect((await spans()).map(({ name, outcome }) => [name, outcome])).toEqual([["sync", "success"]])
  })

  it("can be destructured, and attributes may be a function or left out", async () => {
    const { spans, telemetry } = await inMemory()
    const { withSpan } = telemetry
    withSpan("lazy", () => ({ made: 1 }), () => 0)
    withSpan("none", undefined, () => 0)
    expect((await spans()).map(({ attributes }) => attributes)).toEqual([{ made: 1 }, {}])
  })

  const error = new TypeError("no such thing")

  it.each<[string, () => unknown]>([
    ["a function that throws", () => {
      throw error
    }],
    ["an asynchronous function that throws at once", async () => {
      throw error
    }],
    ["one that throws later", async () => {
      await pause()
      throw error
    }],
    ["a promise that is rejected", () => Promise.reject(error)]
  ])("passes on the same error of %s, and records it", async (_, body) => {
    const { spans, telemetry } = await inMemory()
    const caught = await (async () => telemetry.withSpan("body", body))().then(() => undefined, (reason) => reason)
    expect(caught).toBe(error)
    expect(await spans()).toEqual([
      expect.objectContaining({ outcome: "failure", exception: "TypeError: no such thing" })
    ])
  })

  it.each<[string, unknown, string]>([
    ["a text", "just a text", "just a text"],
    ["nothing", undefined, "undefined"],
    ["an object", { code: 7 }, "{\"code\":7}"]
  ])("passes on %s that was thrown", async (_, thrown, exception) => {
    const { spans, telemetry } = await inMemory()
    await expect(telemetry.withSpan("body", () => Promise.reject(thrown))).rejects.toBe(thrown)
    expect((await spans())[0]).toMatchObject({ outcome: "failure", exception })
  })

  it.each<[string, () => Promise<unknown>]>([
    ["fetch", () => fetch("http://127.0.0.1:9", { signal: AbortSignal.abort() })],
    ["an error by that name", async () => {
      throw Object.assign(new Error("stopped"), { name: "AbortError" })
    }]
  ])("records work that was aborted as interrupted: %s", async (_, body) => {
    const { spans, telemetry } = await inMemory()
    await expect(telemetry.withSpan("body", body)).rejects.toMatchObject({ name: "AbortError" })
    expect((await spans())[0]).toMatchObject({ outcome: "interrupted", exception: null })
  })

  it("passes on a revoked proxy, returned or thrown, with its span ended", async () => {
    const { spans, telemetry } = await inMemory()
    const revoked = () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    }
    const [returned, thrown] = [revoked(), revoked()]
    expect(telemetry.withSpan("returned", () => returned) === returned).toBe(true)
    let caught: unknown
    try {
      telemetry.withSpan("thrown", () => {
        throw thrown
      })
    } catch (error) {
      caught = error
    }
    expect(caught === thrown).toBe(true)
    expect((await spans()).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["returned", "success"],
      ["thrown", "failure"]
    ])
  })

  it("returns a promise with its own members as is", async () => {
    const { spans, telemetry } = await inMemory()
    class ApiPromise<A> extends Promise<A> {
      readonly raw = "the response"
    }
    const subclass = new ApiPromise<number>((resolve) => setTimeout(resolve, 1, 1))
    const extended = Object.assign(Promise.resolve(2), { cancel: () => {} })
    expect(telemetry.withSpan("subclass", () => subclass)).toBe(subclass)
    expect(telemetry.withSpan("extended", () => extended)).toBe(extended)
    expect([await subclass, await extended]).toEqual([1, 2])
    expect((await spans()).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["extended", "success"],
      ["subclass", "success"]
    ])
  })

  it("starts a lazy query once, inside the span, and waits for it", async () => {
    const { spans, telemetry, trees } = await inMemory()
    let runs = 0
    const query = {
      then: (done: (rows: ReadonlyArray<string>) => void) => {
        runs++
        telemetry.withSpan("driver", () => pause(5)).then(() => done(["row"]))
      }
    }
    expect(await telemetry.withSpan("query", () => query)).toEqual(["row"])
    expect(runs).toBe(1)
    expect(await trees()).toEqual(["query(driver)"])
    expect((await spans()).every(({ durationMs }) => durationMs >= 0)).toBe(true)
  })

  it("leaves an unhandled rejection to the process", async () => {
    const { telemetry } = await inMemory()
    const seen: Array<unknown> = []
    const others = process.listeners("unhandledRejection")
    process.removeAllListeners("unhandledRejection")
    process.on("unhandledRejection", (reason) => seen.push(reason))
    const failure = new Error("no one looks")
    void telemetry.withSpan("forgotten", async () => {
      throw failure
    })
    await pause(20)
    process.removeAllListeners("unhandledRejection")
    others.forEach((listener) => process.on("unhandledRejection", listener))
    expect(seen).toEqual([failure])
  })

  it("nests by call: awaited, concurrent, in timers and in events", async () => {
    const { telemetry, trees } = await inMemory()
    const { withSpan } = telemetry
    const leaf = (name: string) => withSpan(name, () => pause())
    const emitter = new EventEmitter()
    await withSpan("root", async () => {
      await leaf("first")
      await Promise.all(["a", "b"].map((name) => withSpan(name, () => leaf(`${name}1`))))
      await new Promise<void>((resolve) => setTimeout(() => leaf("timer").then(resolve), 1))
      emitter.once("go", () => withSpan("event", () => 0))
      emitter.emit("go")
      withSpan("sync", () => withSpan("inner", () => 0))
    })
    await leaf("after")
    expect(await trees()).toEqual(["root(first a(a1) b(b1) timer event sync(inner))", "after"])
  })

  it("returns the ids of the current span, and none outside", async () => {
    const { spans, telemetry } = await inMemory()
    const inside = await telemetry.withSpan("body", async () => telemetry.currentSpan())
    const [{ spanId, traceId }] = await spans() as [Awaited<ReturnType<typeof spans>>[0]]
    expect([telemetry.currentSpan(), inside]).toEqual([undefined, { spanId, traceId }])
  })

  it("keeps hostile attributes from throwing, and secrets out of the record", async () => {
    const { spans, telemetry } = await inMemory()
    const hostile = Object.defineProperty({ api_key: "sk-1234567890abcdef" } as Record<string, unknown>, "bad", {
      enumerable: true,
      get: () => {
        throw new Error("not yours")
      }
    })
    expect(telemetry.withSpan("body", hostile, () => 1)).toBe(1)
    expect(telemetry.withSpan("thrown", () => {
      throw new Error("not yours either")
    }, () => 2)).toBe(2)
    expect((await spans())[0]!.attributes).toEqual({ api_key: "<redacted>", bad: "<unserializable>" })
  })
})

describe("emitMetric and withRun", () => {
  it("put user and session on everything inside, and let an explicit attribute win", async () => {
    const { metrics, spans, telemetry } = await inMemory()
    const handler = async (extra: object) => {
      await pause()
      await telemetry.withSpan("work", { ...extra }, async () => {
        await pause()
        telemetry.emitMetric("searches", 1, { engine: "e" })
      })
    }
    await Promise.all([
      telemetry.withRun({ userId: "alice", sessionId: "chat-7" }, () => handler({})),
      telemetry.withRun(
        { userId: "bob" },
        () => telemetry.withRun({ sessionId: "s" }, () => handler({ user_id: "carol" }))
      )
    ])
    telemetry.emitMetric("outside", 2)
    expect((await spans()).map(({ attributes }) => attributes)).toEqual([
      { user_id: "alice", session_id: "chat-7" },
      { user_id: "carol", session_id: "s" }
    ])
    const [first, second, third] = await metrics()
    expect([first!.attributes, second!.attributes, third!.attributes]).toEqual([
      { engine: "e", user_id: "alice" },
      { engine: "e", user_id: "bob" },
      {}
    ])
    expect(first!.spanId).toBe((await spans())[0]!.spanId)
    expect(third).not.toHaveProperty("spanId")
  })

  it("pass on the result or the error of the function", async () => {
    const { telemetry } = await inMemory()
    expect(telemetry.withRun({ userId: "u" }, () => 7)).toBe(7)
    const error = new Error("e")
    await expect(telemetry.withRun({}, () => Promise.reject(error))).rejects.toBe(error)
  })

  it("drop an invalid measurement without throwing", async () => {
    const { metrics, telemetry } = await inMemory()
    telemetry.emitMetric("bad", Number.NaN)
    telemetry.emitMetric("", 1)
    telemetry.emitMetric("down", -1)
    expect(await metrics()).toEqual([])
  })
})
