/**
 * Texts built to be slow to search.
 */
import { describe, expect, it } from "@effect/vitest"
import { Redaction } from "../../src/telemetry/Redaction.js"

const unit = (each: string) => each.repeat(Math.ceil(1_000_000 / each.length))

describe("a text built to be slow to search", () => {
  it.each([
    "a",
    " ",
    ":",
    "=",
    "\"",
    "\\",
    "'",
    "@",
    "://",
    "a://b:",
    "://a:b@",
    "?a=&",
    "sk-",
    "sk-a",
    "eyJ",
    "-eyJ",
    "eyJaaaaaaaa.",
    "AIza",
    "bearer ",
    "basic aaaaaaaa",
    "password=",
    "\"password\":",
    "\"password\":{",
    "password: ",
    "-----BEGIN ",
    "-----BEGIN A PRIVATE KEY-----",
    "SG.",
    " /?",
    "(/",
    "(/a",
    "=/?",
    "===",
    "token=>",
    "r8_",
    "key ",
    "Authorization: '",
    "Authorization: =\"",
    "\\\"",
    "://x?)",
    "[",
    "\"token\":[\"",
    "--token ",
    "--token \"",
    "--token \"a",
    "-u a:",
    "-u a:b",
    "123456789:AA",
    "hooks.slack.com/services/",
    "discord.com/api/webhooks/1/",
    "[\"token\",\"",
    "[\"token\",\"a\"",
    "{\"name\":\"token\",\"value\":\"",
    "\"--token\",\""
  ])("of a million characters of %j takes linear time", (each) => {
    // Quadratic time would be many minutes, so the test's timeout detects it on any machine.
    expect(Redaction.default.text(unit(each), 2_000_000).length).toBeGreaterThan(0)
    expect(Redaction.default.text(`"password":"${unit(each)}`, 2_000_000).length).toBeLessThan(2_000_000)
  })
})
