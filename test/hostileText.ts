/**
 * Text that an attacker may make us log: escapes, forged lines, secrets, and a megabyte of it.
 */
import { expect } from "vitest"

const secrets = [
  `sk-proj-${"Ab1".repeat(16)}`,
  `Ze9${"xY7".repeat(10)}`,
  "swordfish99"
] as const

/** Characters of every kind that must not appear in a log: C0, DEL, C1, bidi, line separators, zero-width. */
const escapes = "\u001b[31m\u0000\r\n\t\u007f\u009b2J\u0085\u202e\u2066\u2028\u2029\u200b\ufeff"

/** Hostile text that is valid in a header or a status line. */
export const hostileLine = `\u001b[31mforged ${secrets[0]} Authorization: Bearer ${secrets[1]} `

/** One of each, and a URL with a password, for places without restrictions. */
export const hostileText = `${escapes}forged line ${secrets[0]} Authorization: Bearer ${secrets[1]}\r\n` +
  `https://alice:${secrets[2]}@example.com `

/** The same, a megabyte long, with secrets at every place where it may be cut. */
export const hostileMegabyte = hostileText + `${"padding ".repeat(12)}${secrets[0]} `.repeat(7000)

/** Expects one line without secrets, at most twice as long as a value in a record may be: half for the value, half for the text around it. */
export const expectHarmless = (text: string): void => {
  expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/)
  for (const secret of secrets) {
    // Not even the start of one.
    expect(text).not.toContain(secret.slice(0, 10))
  }
  expect(text.length).toBeLessThanOrEqual(2 * 8192)
}
