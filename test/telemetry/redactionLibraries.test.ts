/**
 * Secrets in the spans of Effect's own libraries: HTTP requests and responses, tools with their parameters, an agent with captured content.
 */
import * as Tool from "@effect/ai/Tool"
import * as Toolkit from "@effect/ai/Toolkit"
import type { HttpServer } from "@effect/platform"
import { HttpClient, HttpClientRequest, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpClient, NodeHttpServer } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Agent, instrumentToolkit, ScriptedModel } from "loom-telemetry/agent"
import { createServer } from "node:http"
import { Redaction } from "../../src/telemetry/Redaction.js"
import { inEverySink, onTheWire } from "./everySink.js"
import { leaks, planted } from "./planted.js"

/** Ten secrets of a request and its answer. */
const secrets = {
  user: "planted-http-user",
  password: "planted-http-password",
  query: "planted-http-query",
  authorization: "planted-http-authorization",
  proxy: "planted-http-proxy",
  key: "planted-http-key",
  googleKey: "planted-http-google",
  cookie: "planted-http-cookie",
  setCookie: "planted-http-set-cookie",
  location: "planted-http-location"
}

/** Responds to everything with its own secrets, and traces as Effect's servers do. */
const server = NodeHttpServer.make(() => createServer(), { port: 0, host: "127.0.0.1" }).pipe(
  Effect.tap((running) =>
    running.serve(
      Effect.map(HttpServerRequest.HttpServerRequest, ({ headers }) =>
        HttpServerResponse.text(headers["authorization"] ?? "", {
          status: 201,
          headers: {
            "set-cookie": `session=${secrets.setCookie}; HttpOnly`,
            location: `/done?code=${secrets.location}`,
            "x-request-id": "r-1"
          }
        }))
    )
  )
)

const exchange = Effect.scoped(Effect.gen(function*() {
  const running = yield* server
  const { port } = running.address as HttpServer.TcpAddress
  const url =
    `http://${secrets.user}:${secrets.password}@127.0.0.1:${port}/v1/answers?key=${secrets.query}&page=${secrets.query}`
  const response = yield* HttpClient.execute(
    HttpClientRequest.get(url, {
      headers: {
        authorization: `Bearer ${secrets.authorization}`,
        "proxy-authorization": secrets.proxy,
        "x-api-key": secrets.key,
        "x-goog-api-key": secrets.googleKey,
        cookie: `session=${secrets.cookie}`,
        accept: "text/plain"
      }
    })
  )
  return yield* response.text
})).pipe(Effect.provide(NodeHttpClient.layer))

const found = (held: string): ReadonlyArray<string> =>
  Object.entries(secrets).filter(([, secret]) => held.includes(secret)).map(([name]) => name)

describe("spans of Effect's HTTP client and server", () => {
  it.scopedLive("contain none of ten secrets but everything else, and the response is unchanged", () =>
    Effect.gen(function*() {
      const { exit, held } = yield* inEverySink(exchange)
      expect(exit).toMatchObject({ _tag: "Success", value: expect.stringContaining(secrets.authorization) })
      expect(Object.entries(held).map(([sink, text]) => [sink, found(text)]).filter(([, names]) => names!.length > 0))
        .toEqual([])
      const { spans } = JSON.parse(held["memory"]!)
      const client = spans.find(({ name }: { readonly name: string }) => name === "http.client GET").attributes
      expect(client).toMatchObject({
        "url.full": expect.stringMatching(
          /^http:\/\/<redacted>@127\.0\.0\.1:\d+\/v1\/answers\?key=<redacted>&page=<redacted>$/
        ),
        "url.path": "/v1/answers",
        "url.query": "key=<redacted>&page=<redacted>",
        "http.request.header.accept": "text/plain",
        "http.request.header.x-goog-api-key": "<redacted>",
        "http.response.header.location": "/done?code=<redacted>",
        "http.response.header.x-request-id": "r-1",
        "http.response.status_code": 201
      })
    }))

  it.scopedLive("contain most of them without redaction", () =>
    Effect.gen(function*() {
      const { held } = yield* inEverySink(exchange, Redaction.none)
      expect(found(held["memory"]!).length).toBeGreaterThanOrEqual(6)
    }))

  it.scopedLive("contain none when they are sent to a collector", () =>
    Effect.gen(function*() {
      const wire = yield* onTheWire(exchange)
      expect(wire).toContain("http.client GET")
      expect(found(wire)).toEqual([])
    }))
})

const Send = Tool.make("send", {
  parameters: { words: Schema.String, password: Schema.String, headers: Schema.Unknown },
  success: Schema.Unknown,
  failure: Schema.Unknown
})
const tools = Toolkit.make(Send)

/** Parameters and results of a tool, with every secret in them. */
const contents = planted.map(({ key, text, value }, index) => ({
  id: `c${index}`,
  name: "send",
  params: {
    words: `first\n${text}\n`,
    password: "planted-tool",
    headers: { [key]: value, text: JSON.stringify({ [key]: value }) }
  }
}))

const ToolsLive = tools.toLayer({
  send: ({ headers, words }) => words.includes("AKIA") ? Effect.fail(words) : Effect.succeed({ headers, words })
})

describe("spans of tools and agents", () => {
  it.scopedLive(
    "contain no secret of parameters and results, even if content is captured",
    () =>
      Effect.gen(function*() {
        const agent = Agent.make({
          name: "sender",
          instructions: planted[15]!.text,
          toolkit: tools,
          captureContent: "attributes"
        })
        const program = agent.run(planted.map(({ text }) => text).join("\n")).pipe(
          Effect.provide([
            ToolsLive,
            ScriptedModel.layer([{ toolCalls: contents }, { text: planted.map(({ text }) => text).join("\n") }])
          ])
        )
        const { exit, held } = yield* inEverySink(program)
        expect(exit).toMatchObject({
          _tag: "Success",
          value: { output: expect.stringContaining("AKIAPLANTED000EXAMPL") }
        })
        for (const [sink, text] of Object.entries(held)) {
          expect([sink, leaks(text), text.includes("planted-tool")]).toEqual([sink, [], false])
        }
        expect(held["memory"]).toContain("input_messages")
        const wire = yield* onTheWire(program)
        expect(wire).toContain("gen_ai.input.messages")
        expect(leaks(wire)).toEqual([])
      }),
    60_000
  )

  it.scopedLive("contain no secret of a toolkit used without our agent", () =>
    Effect.gen(function*() {
      const program = Effect.flatMap(instrumentToolkit(tools), (toolkit) =>
        Effect.forEach(contents, ({ params }) => Effect.exit(toolkit.handle("send", params)))).pipe(
          Effect.provide(ToolsLive)
        )
      const plain = Effect.flatMap(tools, (toolkit) =>
        Effect.forEach(contents, ({ params }) =>
          Effect.exit(toolkit.handle("send", params)))).pipe(
          Effect.provide(ToolsLive)
        )
      for (const each of [program, plain]) {
        const { held } = yield* inEverySink(each)
        expect(
          Object.values(held).flatMap((text) =>
            leaks(text)
          )
        ).toEqual([])
        expect(held["memory"]).not.toContain("planted-tool")
      }
    }))
})
