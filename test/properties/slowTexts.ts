/**
 * Texts built to be slow to search, from the parts of every redaction rule, at any length.
 */
import fc from "fast-check"
import { randomFrom, secretForms, secretOf } from "../records/redact/secretForms.js"

/** What the rules search for, and what starts, continues or ends a match. */
const parts = {
  keys: [
    "password",
    "\"password\"",
    "\\\"token\\\"",
    "Cookie",
    "Authorization",
    "x-token",
    "API key",
    "\"n\""
  ],
  separators: [":", ": ", "=", " = ", "==", "=>"],
  openings: ["\"", "'", "\\\"", "\\'", "\\\\\\\"", "{", "[", "=\"", "{\"", "[\""],
  values: [
    "a",
    "!",
    ".",
    "1",
    "A",
    "a.",
    "abc",
    "null",
    "<redacted>",
    "Bearer ",
    "token ",
    "…",
    "é",
    "\\",
    "\\n",
    "\\u0000",
    " ",
    "\t",
    "\n"
  ],
  forms: [
    "sk-",
    "sk_live_",
    "eyJ",
    "eyJaaaaaaaa.",
    "SG.",
    "AIza",
    "ghp_",
    "xoxb-",
    "AKIA",
    "123456789:AA",
    "bearer ",
    "basic ",
    "-----BEGIN ",
    "-----BEGIN A PRIVATE KEY-----",
    "-----END ",
    "Private-Lines: 1\n",
    "AZDO",
    "t1.",
    "hooks.slack.com/services/",
    "discord.com/api/webhooks/1/"
  ],
  urls: ["://", "a://b", "://a:", "://a:b@", "@", "/", "(/", " /a", "?", "?a=", "&", "&b=", "#"],
  flags: ["--", "-u ", "--token ", "--token \"", "--user 'a:", "-"],
  lists: ["[\"token\",", "[\"token\",\"", "{\"name\":\"token\",\"value\":\"", "\"--token\",\"", "\"name\":", "\"a\","],
  closings: ["\"", "'", "\\\"", "\\'", "}", "]", "\"]", ")", ",", ";", "\r\n"]
} as const

/** The beginnings of all forms of secrets in the table, and half of a secret of each. */
const beginnings: ReadonlyArray<string> = [
  ...new Set(secretForms.flatMap(([, form]) => {
    const { secret } = secretOf(form, randomFrom(3))
    return [form.replace("|", "").replace(/\{.*/s, ""), secret.slice(0, secret.length / 2)]
  }))
].filter((beginning) => beginning !== "")

/** The parts alone. */
export const singleParts: ReadonlyArray<string> = [
  ...Object.values(parts).flat(),
  // All beginnings joined, because each alone would take a benchmark too long.
  ...[" ", "-", ".", "/", "\\n", ""].map((between) => beginnings.join(between) + between)
]

/** A key with its separator and the start of a value. */
const assignments: ReadonlyArray<string> = parts.keys.flatMap((key) =>
  parts.separators.flatMap((separator) =>
    ["", ...parts.openings, ...parts.values].map((value) => `${key}${separator}${value}`)
  )
)

/** Parts and assignments to repeat. */
export const units: ReadonlyArray<string> = [...singleParts, ...beginnings, ...assignments]

const part = fc.oneof(
  fc.constantFrom(...singleParts),
  fc.constantFrom(...beginnings),
  fc.constantFrom(...assignments)
)

const some = (minLength: number) => fc.array(part, { minLength, maxLength: 2 }).map((each) => each.join(""))

interface Recipe {
  readonly shape: "one run" | "many runs" | "rising backslashes" | "JSON in JSON"
  readonly head: string
  readonly run: string
  readonly tail: string
}

/** Recipes of all shapes. */
export const recipes: fc.Arbitrary<Recipe> = fc.record({
  shape: fc.constantFrom("one run", "many runs", "rising backslashes", "JSON in JSON"),
  head: some(0),
  run: some(1),
  tail: some(0)
})

const filled = (length: number, unit: string): string => unit.repeat(Math.max(1, Math.round(length / unit.length)))

/** Builds a text of about this length. */
export const slowText = ({ head, run, shape, tail }: Recipe, length: number): string => {
  switch (shape) {
    case "one run":
      return head + filled(length, run) + tail
    case "many runs":
      return filled(length, head + filled(Math.sqrt(length), run) + tail)
    case "rising backslashes":
      return Array.from({ length: Math.sqrt(length * 2) }, (_, index) => head + "\\".repeat(index) + tail).join("")
    case "JSON in JSON": {
      const text = filled(length / 16, head + run + tail)
      const once = JSON.stringify({ token: text, other: text })
      return JSON.stringify([JSON.stringify([once, "token", once])])
    }
  }
}

/** The parts whose share grows with the length of the text: runs grow with its root, and so do backslashes. */
export const changingParts = ({ run, shape }: Recipe): ReadonlyArray<string> =>
  shape === "many runs" ? [run] : shape === "rising backslashes" ? ["\\"] : []

/** Texts that once took quadratic time. */
export const known: { readonly [name: string]: (length: number) => string } = {
  "a run of marks after a key": (length) => `password: ${"!".repeat(length)}a`,
  "keys without values": (length) => "password:".repeat(length / 9),
  "headers without values": (length) => "Cookie:".repeat(length / 7),
  "headers with words": (length) => "Cookie: a".repeat(length / 9),
  "keys before a run of marks": (length) => "password:".repeat(length / 18) + "!".repeat(length / 2),
  "keys with ever more backslashes": (length) =>
    Array.from({ length: Math.sqrt(length * 2) }, (_, index) => `token=${"\\".repeat(index)}'`).join("")
}
