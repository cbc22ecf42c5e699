/**
 * `view --serve`: which requests it accepts, how it responds, and that the page receives everything appended to the file.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { appendFileSync, renameSync, writeFileSync } from "node:fs"
import { type IncomingHttpHeaders, request } from "node:http"
import { span } from "../readers/lines.js"
import { loom, type Running, started, until } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
let running: Running
let url: URL
beforeAll(async () => {
  files = folder()
  files.write("secret.txt", "secret")
  running = await started(["view", "--serve", files.write("live.jsonl", `${span({ id: 1, name: "first" })}\n`)])
  await until(() => running.stdout().includes("\n"), running.stderr)
  url = new URL(running.stdout().trim())
}, 60_000)
afterAll(() => {
  running.child.kill("SIGKILL")
  files.remove()
})

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Requests a path unchanged: `URL` would resolve `..`. */
const ask = (
  path: string,
  { headers = {}, method = "GET" }: { readonly headers?: Record<string, string>; readonly method?: string } = {}
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port: url.port, path, method, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part
      })
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    asking.on("error", reject).end()
  })

/** Receives events from a cursor until there are enough. */
const events = (after: string, isEnough: (text: string) => boolean, then?: () => void): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ""
    const asking = request(`${url.href}events?after=${after}`, (response) => {
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part
        if (text.includes("caught-up")) {
          then?.()
          then = undefined
        }
        if (isEnough(text)) {
          asking.destroy()
          resolve(text)
        }
      }).on("error", reject).on("close", () => reject(new Error(`the server ended it after ${text.length} characters`)))
    })
    asking.on("error", reject).end()
  })

describe("the live page's server", { timeout: 60_000 }, () => {
  it("listens only on the local machine, at an address with a token of 192 bits", async () => {
    expect(url.hostname).toBe("127.0.0.1")
    expect(url.pathname).toMatch(/^\/[A-Za-z0-9_-]{32}\/$/)
    // Not the stream of the address, so it may arrive later.
    await until(
      () => running.stderr().includes("Anyone with this address can read the file. Press Ctrl-C to stop.\n"),
      () => running.stderr()
    )
  })

  it("serves the page with a policy that forbids storing it", async () => {
    const { headers, status, text } = await ask(url.pathname)
    expect(status).toBe(200)
    expect(text.startsWith("<!doctype html>")).toBe(true)
    expect(text.includes("\"kind\":\"span\"")).toBe(false)
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; .*connect-src 'self'.*frame-ancestors 'none'$/
    )
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "content-type": "text/html; charset=utf-8",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer"
    })
    expect(headers["access-control-allow-origin"]).toBeUndefined()
  })

  it("answers HEAD without a body, and the name localhost", async () => {
    expect(await ask(url.pathname, { method: "HEAD" })).toMatchObject({ status: 200, text: "" })
    expect(await ask(url.pathname, { headers: { host: `localhost:${url.port}` } })).toMatchObject({ status: 200 })
    expect(await ask(url.pathname, { headers: { origin: url.origin } })).toMatchObject({ status: 200 })
  })

  it.each([
    ["another host", 421, { host: "attacker.example" }],
    ["another port's host", 421, { host: "127.0.0.1:1" }],
    ["a host that only starts like its own", 421, { host: "127.0.0.1.attacker.example" }],
    ["a foreign origin", 403, { origin: "https://attacker.example" }],
    ["an opaque origin", 403, { origin: "null" }]
  ])("refuses %s", async (_, status, headers: Record<string, string>) => {
    for (const path of [url.pathname, `${url.pathname}events`]) {
      const answer = await ask(path, { headers })
      expect(answer).toMatchObject({ status, headers: { "content-type": "text/plain; charset=utf-8" } })
      expect(answer.text).not.toContain("first")
    }
  })

  it.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("refuses %s", async (method) => {
    expect(await ask(url.pathname, { method })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } })
  })

  it.each([
    ["no token", () => "/"],
    ["no token for the events", () => "/events"],
    ["another token", () => `/${"A".repeat(32)}/`],
    ["part of the token", () => url.pathname.slice(0, -2)],
    ["more than the token", () => `${url.pathname.slice(0, -1)}x/`],
    ["the file", () => `${url.pathname}live.jsonl`],
    ["a path outside", () => `${url.pathname}../secret.txt`],
    ["a path outside, encoded", () => `${url.pathname}..%2fsecret.txt`],
    ["a whole address", () => `http://127.0.0.1${url.pathname}`],
    ["an absolute path", () => "//etc/passwd"]
  ])("responds with 404 to %s", async (_, path) => {
    const { status, text } = await ask(path())
    expect(status).toBe(404)
    expect(text).not.toMatch(/secret|root:/)
  })

  it("sends the file, then appended lines, and resumes from a cursor", async () => {
    const all = await events(
      "",
      (text) => text.includes("second") && text.split("caught-up").length > 2,
      () => appendFileSync(files.path("live.jsonl"), `${span({ id: 2, name: "second" })}\n`)
    )
    expect(all).toMatch(/^retry: 1000\n\n/)
    expect(all.match(/(?<=^event: ).*/gm)).toEqual(["lines", "caught-up", "lines", "caught-up"])
    const cursors = all.match(/(?<=^id: )[A-Za-z0-9._-]+$/gm)!
    const rest = await events(cursors[0]!, (text) => text.includes("caught-up"))
    expect(rest).toContain("second")
    expect(rest).not.toContain("first")
  })

  it("reports that the file was replaced, and sends the new one", async () => {
    const all = await events("", (text) => text.includes("third"), () => {
      renameSync(files.path("live.jsonl"), files.path("live.jsonl.1"))
      writeFileSync(files.path("live.jsonl"), `${span({ id: 3, name: "third" })}\n`)
    })
    expect(all).toMatch(/event: rotated\nid: [^\n]+\ndata: replaced\n\n[^]*third/)
  })

  it("ends on Ctrl-C while a page is connected", async () => {
    const listening = events("", () => false, () => running.child.kill("SIGINT")).catch(() => "ended")
    expect(await running.ended).toMatchObject({ code: 130 })
    expect(await listening).toBe("ended")
  })

  it("fails with 3 if the file does not exist", async () => {
    expect(await loom(["view", "--serve", files.path("missing.jsonl")])).toMatchObject({ code: 3, stdout: "" })
  })
})
