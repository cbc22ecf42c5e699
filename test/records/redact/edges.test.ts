/**
 * Edge cases of the redaction rules: characters that end a search, flag names of the maximum length, several `@` before a host.
 */
import { describe, expect, it } from "@effect/vitest"
import { builtInRedactor } from "../../../src/records/redact/Redactor.js"

const shown = (text: string): string => builtInRedactor.text(text, 1 << 20)

describe("a long text", () => {
  const filler = "nothing to see here. ".repeat(100)

  it.each(["\uffff", "é", "\u0000"])("keeps %j and all that follows it, without the secret", (character) => {
    const text = `${filler}${character}${filler}`
    expect(shown(`${text}password=hunter2 end`)).toBe(`${text}password=<redacted> end`)
  })

  it("keeps everything around several secrets", () => {
    const text = `${filler}\uffffpassword=hunter2 `.repeat(3)
    expect(shown(text)).toBe(`${filler}\uffffpassword=<redacted> `.repeat(3))
  })
})

describe("an apostrophe that is never closed", () => {
  it.each([
    ["at the end", "PASSWORD='S3cr3t9x", "PASSWORD='<redacted>"],
    ["before more words", "the api_key = 'S3cr3t9x and more", "the api_key = '<redacted> and more"],
    ["in a JSON string", "{\"said\":\"api_key: 'S3cr3t9x\",\"n\":1}", "{\"said\":\"api_key: '<redacted>\",\"n\":1}"],
    ["before plain words, which stay", "the password: 'tis unknown", "the password: 'tis unknown"]
  ])("hides the secret after it: %s", (_, text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe("a flag", () => {
  it.each([
    ["with one letter", "--t S3cr3t9x", "--t S3cr3t9x"],
    ["after a word", "x--token S3cr3t9x", "x--token S3cr3t9x"],
    ["with three hyphens", "---token S3cr3t9x", "---token S3cr3t9x"],
    ["before another flag", "--token --token S3cr3t9x", "--token --token <redacted>"],
    ["without a value", "--token", "--token"],
    ["with eight spaces", `--token${" ".repeat(8)}S3cr3t9x`, `--token${" ".repeat(8)}<redacted>`],
    ["with nine spaces", `--token${" ".repeat(9)}S3cr3t9x`, `--token${" ".repeat(9)}S3cr3t9x`],
    ["before a no-break space", "--token \u00a0S3cr3t9x", "--token \u00a0S3cr3t9x"],
    ["with 63 characters", `--${"a".repeat(57)}-token S3cr3t9x`, `--${"a".repeat(57)}-token <redacted>`],
    ["with 64 characters", `--${"a".repeat(58)}-token S3cr3t9x`, `--${"a".repeat(58)}-token S3cr3t9x`]
  ])("%s", (_, text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})

describe("a host", () => {
  it.each([
    ["after one at sign", "db://a:b@host/x", "db://<redacted>@host/x"],
    ["after several", "db://a:b@c@d@host/x", "db://<redacted>@host/x"],
    ["after a password with a slash", "db://a:b/c@host/x", "db://<redacted>@host/x"],
    ["of each of two URLs", "db://a:b@one db://c@two", "db://<redacted>@one db://<redacted>@two"]
  ])("%s", (_, text, expected) => {
    expect(shown(text)).toBe(expected)
  })
})
