/**
 * Texts that are recognized as secrets, texts that are not, and the text around them.
 */
import { describe, expect, it } from "@effect/vitest"
import type { Redactor } from "../../src/records/redact/Redactor.js"
import { Redaction } from "../../src/telemetry/Redaction.js"

const text = (value: string, redactor: Redactor = Redaction.default) => redactor.text(value, 8192)

/** Texts, and their redacted form. */
const texts: ReadonlyArray<readonly [given: string, shown: string]> = [
  ["use sk-proj-abcdefgh12345678, please", "use <redacted>, please"],
  ["(sk-ant-api03-Ab_c-123)", "(<redacted>)"],
  ...[
    "tvly-dev-AbCdEfGh1234567890",
    "pplx-0123456789abcdef0123456789abcdef",
    "nvapi-AbCdEfGh_1234567890-x",
    "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789",
    "r8_AbCdEfGh1234567890AbCdEfGh",
    "pcsk_AbCdE_1234567890AbCdEfGh",
    "fw_AbCdEfGh1234567890AbCd",
    "dapi0123456789abcdef0123456789abcdef"
  ].map((key): readonly [string, string] => [`with ${key}.`, "with <redacted>."]),
  ["x=AKIAIOSFODNN7EXAMPLE.", "x=<redacted>."],
  ["Authorization: Bearer a.b-c~d\nHost: x", "Authorization: <redacted>\nHost: x"],
  ["got Bearer a.b-c~d1, refused", "got Bearer <redacted>, refused"],
  ["got Bearer 123456789:AAbbCCddEE, refused", "got Bearer <redacted>, refused"],
  [
    "got bearer 1234:x-y, Bearer a1b2c3:: and Bearer abc123:",
    "got bearer <redacted>, Bearer <redacted>:: and Bearer <redacted>:"
  ],
  ["Basic dXNlcjpwYXNzd29yZA==:more, Bearer%2012345:67", "Basic <redacted>, Bearer%20<redacted>"],
  ["a bearer --password Q!hunter2x", "a bearer --password <redacted>"],
  ["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== sent", "Basic <redacted> sent"],
  [
    "https://me:p@ss@h.test:8080/a/b?q=1&r=&s=a=b#top",
    "https://<redacted>@h.test:8080/a/b?q=<redacted>&r=&s=<redacted>#top"
  ],
  ["<a href='https://h.test/?a=1'>", "<a href='https://h.test/?a=<redacted>'>"],
  ["(see https://h.test/cb#access_token=1&x=2).", "(see https://h.test/cb#access_token=<redacted>&x=<redacted>)."],
  ["redis://:secret@h/0 and https://ok.test/path", "redis://<redacted>@h/0 and https://ok.test/path"],
  ["postgres://u:p/s?s@h/db", "postgres://<redacted>@h/db"],
  ["postgres://u:p/s@w@h/db", "postgres://<redacted>@h/db"],
  ["https://h.test/https://u:p@inner.test/", "https://h.test/https://<redacted>@inner.test/"],
  ["{\"password\": \"a\\\"b\", \"n\": 1}", "{\"password\": \"<redacted>\", \"n\": 1}"],
  [
    "{\"a\":\"{\\\"token\\\":\\\"x\\\\\\\"y\\\",\\\"b\\\":2}\"}",
    "{\"a\":\"{\\\"token\\\":\\\"<redacted>\\\",\\\"b\\\":2}\"}"
  ],
  ["{\"credentials\":{\"a\":[\"}\",1]},\"z\":2}", "{\"credentials\":\"<redacted>\",\"z\":2}"],
  ["{\"pwd\":123,\"cookie\":null}", "{\"pwd\":\"<redacted>\",\"cookie\":null}"],
  ["{ password: 'it is', n: 1 }", "{ password: '<redacted>', n: 1 }"],
  ["api_key=abc&n=1 token=Bearer x.y;z", "api_key=<redacted>&n=1 token=<redacted>;z"],
  ["password: hunter2!", "password: <redacted>"],
  ["curl -H \"X-Api-Key: abc def\" h.test", "curl -H \"X-Api-Key: <redacted>\" h.test"],
  ["Authorization: Digest user=\"M\", response=\"6629\"\nnext", "Authorization: <redacted>\nnext"],
  ["-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----\nafter", "<redacted>\nafter"],
  [
    "{ password => \"x\", 'token' => 'y', n => 'z' }",
    "{ password => \"<redacted>\", 'token' => '<redacted>', n => 'z' }"
  ],
  [
    "if (password == 'abc' || token === \"d1e2f3a4\") {}",
    "if (password == '<redacted>' || token === \"<redacted>\") {}"
  ],
  [
    "api_key==abc pw=/v1/x?key=s see (/a?token=t) or '/b?c=d'",
    "api_key==<redacted> pw=/v1/x?key=<redacted> see (/a?token=<redacted>) or '/b?c=<redacted>'"
  ],
  [
    "deploy --token abc123 --password \"hunter\" --verbose",
    "deploy --token <redacted> --password \"<redacted>\" --verbose"
  ],
  [
    "login --password \"it's \\\"mine\\\"\" --token 'a\"b' -v",
    "login --password \"<redacted>\" --token '<redacted>' -v"
  ],
  ["login --password 'not closed 1\nnext", "login --password '<redacted>\nnext"],
  ["{\"cmd\":\"x --api-key \\\"a b\\\" --n 5\"}", "{\"cmd\":\"x --api-key \\\"<redacted>\\\" --n 5\"}"],
  [
    "curl -u alice:wonder h.test; curl --user 'bob:s3cret' h.test",
    "curl -u alice:<redacted> h.test; curl --user 'bob:<redacted>' h.test"
  ],
  ["[[\"Host\",\"h\"],[\"Authorization\", \"a\\\"b\"]]", "[[\"Host\",\"h\"],[\"Authorization\", \"<redacted>\"]]"],
  ["[\"Authorization\", \"cut off her", "[\"Authorization\", \"<redacted>"],
  ["{\"a\":\"[[\\\"token\\\",\\\"x\\\"]]\"}", "{\"a\":\"[[\\\"token\\\",\\\"<redacted>\\\"]]\"}"],
  ["[{\"name\":\"x-api-key\",\"value\":\"abc\"}]", "[{\"name\":\"x-api-key\",\"value\":\"<redacted>\"}]"],
  ["[\"deploy\",\"--token\",\"abc\",\"-v\"]", "[\"deploy\",\"--token\",\"<redacted>\",\"-v\"]"],
  ["https://hooks.slack.com/services/T0000/B0000/abcdEFGH", "https://hooks.slack.com/services/<redacted>"],
  [
    "https://discord.com/api/webhooks/123456789/abcd-EFGH_ijkl-mnop, ok",
    "https://discord.com/api/webhooks/123456789/<redacted>, ok"
  ],
  [
    "https://api.telegram.org/bot123456789:AAabcdefghijklmnopqrstuvwxyz0123456/send",
    "https://api.telegram.org/<redacted>/send"
  ],
  ["{\"k\":\"-----BEGIN PRIVATE KEY-----\\nabc\"}", "{\"k\":\"<redacted>\"}"]
]

/** Texts that look like secrets but are not. */
const harmless = [
  "The password: length matters, and so does the bearer of news. Basic information follows.",
  "Unexpected token: expected } at line 3, column 4. It's a token-based API; the secret is patience.",
  "Two cookies: one for you. A key: value store. Bearer authentication required. Basic Authentication",
  "task-management-of-things, risk-free, sk-learn-contrib, desk-bound, asterisk-",
  "tokens_in=5, max_tokens=100, token_count: 12, time_to_first_token=3, session_id=s-1",
  "https://example.test/a/b.html#section and http://host:8080/@scope/pkg?flag",
  "ratio 10:30, at 2024-01-01T10:00:00.000Z, C:\\temp\\task-x, a::b, x == y, std::string",
  "9b2f8a3e-1c4d-4e5f-8a9b-123456789012 0af7651916cd43dd8448eb211c80319c da39a3ee5e6b4b0d3255bfef95601890afd80709",
  "run_01J9ZQ4X8K7M6N5P4R3T2V1W0Y call_abc123 msg_01XFDUDYJgAACzvnptvVoYEL claude-sonnet-4-20250514 gpt-4o-mini",
  `data:image/png;base64,${
    Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256)).toString("base64")
  }`,
  JSON.stringify({ model: "m", usage: { input_tokens: 5 }, messages: [{ role: "user", content: "What is 2 + 3?" }] }),
  "pass --token to log in, --password is required; docker run -u 1000:1000 --user 5:6 x; --max-tokens 4096 -- token x1",
  "[\"token\",\"cost\",\"user\"] [[\"a\",\"token\"]] {\"name\":\"tokens_in\",\"value\":\"5\"} [\"--token\",\"--verbose\"]",
  "https://hooks.slack.com/ and https://discord.com/api/webhooks/ are addresses",
  "if (token == expected && password !== other) token => check(token)",
  "r8_short fw_config, pplx-online tvly-dev lsv2_pt_x, sandapion dapi-x",
  "SELECT * FROM users WHERE name = 'x' AND age > 3; const f = (a: string) => a?.b ?? c",
  "Grüße, 東京 😀 — “quoted” …"
]

describe("a text", () => {
  it.each(texts)("%j becomes %j", (given, shown) => {
    expect(text(given)).toBe(shown)
  })

  it("is unchanged when it is redacted again", () => {
    for (const [given] of texts) {
      expect(text(text(given))).toBe(text(given))
    }
  })

  it("is unchanged if there is nothing to hide", () => {
    for (const each of harmless) {
      expect(text(each)).toBe(each)
    }
  })

  it.each([
    ["password=", ""],
    ["password: ", " next"],
    ["\"password\": \"", "\""],
    ["password='", "'"],
    ["{\"credentials\":[\"", "\"]}"],
    ["Authorization: Bearer ", ""],
    ["--token ", " --next"],
    ["--password \"", "\""],
    ["-u alice:", " h.test"],
    ["[\"token\",\"", "\"]"],
    ["[\"token\",\"", ""],
    ["{\"name\":\"token\",\"value\":\"", "\"}"],
    ["\"--token\",\"", "\""],
    ["postgres://u:a/", "@h/db"],
    ["https://h.test/a?q=", " next"],
    ["sk-proj-", " next"],
    ["eyJ", ".e30.x"]
  ])("hides all 4,000 characters of a value after %j", (before, after) => {
    const shown = text(`${before}${"a1B2".repeat(1000)}${after}`)
    expect(shown).not.toContain("a1B2")
    expect(shown.length).toBeLessThan(before.length + after.length + 30)
  })

  it("reveals nothing about a hidden secret", () => {
    const lengths = ["x1", "x".repeat(50), "é".repeat(5000)].map((secret) => text(`password="${secret}"`))
    expect(new Set(lengths)).toEqual(new Set(["password=\"<redacted>\""]))
  })

  it("stays JSON if it is JSON", () => {
    for (const value of ["a\"b", "\\", "\n", "{", "é…", "'", "]}"]) {
      const given = {
        password: value,
        token: [value, { secret: value }],
        n: { url: `https://a:b@h/?q=${value}`, m: value }
      }
      for (const json of [JSON.stringify(given), JSON.stringify({ inner: JSON.stringify(given) })]) {
        expect(() => JSON.parse(text(json))).not.toThrow()
      }
    }
  })
})
