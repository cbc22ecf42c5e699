/**
 * Secrets of all kinds, to plant wherever something can be recorded. Each is unique, so finding it in a sink means a leak.
 */

/** A secret with a typical key and a typical text around it. */
export interface Planted {
  readonly kind: string
  /** The text that must not occur anywhere. */
  readonly secret: string
  readonly key: string
  readonly value: unknown
  readonly text: string
}

/** An error of the program's own. */
export class Failed extends Error {
  override readonly name = "Error"
}

const base64 = (value: string): string => Buffer.from(value).toString("base64")

/** Recognized only by its key. */
const byKey = (key: string, text: (secret: string) => string): Planted => {
  const secret = `hunter two ${key.replace(/\W|_/g, "")}`.replaceAll(" ", "-")
  return { kind: `key ${key}`, secret, key, value: secret, text: text(secret) }
}

/** Recognized by its format, under any key. */
const byForm = (kind: string, secret: string, text = `it says ${secret} and goes on`): Planted => ({
  kind,
  secret,
  key: "note",
  value: text,
  text
})

const jwt = [base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), base64("{\"sub\":\"42\"}"), "c2lnbmF0dXJl-_x"].join(".")
  .replaceAll("=", "")

const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAplanted\nZm9v\n-----END RSA PRIVATE KEY-----"

const basic = base64("aladdin:open sesame")

/** All secrets: recognized by key, by format, in URLs, in JSON. */
export const planted: ReadonlyArray<Planted> = [
  byKey("authorization", (secret) => `Authorization: ${secret}`),
  byKey("Proxy-Authorization", (secret) => `proxy-authorization: ${secret}`),
  byKey("api_key", (secret) => `api_key=${secret}`),
  byKey("apiKey", (secret) => JSON.stringify({ apiKey: secret })),
  byKey("x-goog-api-key", (secret) => `x-goog-api-key: ${secret}`),
  byKey("http.request.header.x-api-key", (secret) => `curl -H 'X-API-Key: ${secret}' host`),
  byKey("Cookie", (secret) => `Cookie: session=${secret}; theme=dark`),
  byKey("set-cookie", (secret) => `Set-Cookie: session=${secret}; HttpOnly`),
  byKey("password", (secret) => `Server=db;Password=${secret};Pooling=true`),
  byKey("passwd", (secret) => JSON.stringify(JSON.stringify({ passwd: secret }))),
  byKey("DB_PWD", (secret) => `DB_PWD="${secret}"`),
  byKey("client.secret", (secret) => `client_secret='${secret}'`),
  byKey("privateKey", (secret) => JSON.stringify({ level: { privateKey: [secret, { more: secret }] } })),
  byKey("credentials", (secret) => JSON.stringify({ credentials: { user: "x", word: secret } }, null, 2)),
  byKey("access_token", (secret) => `{"a":"{\\"access_token\\": \\"${secret}\\"}"}`),
  byKey("secret_key", (secret) => JSON.stringify([["secret_key", secret], ["n", 1]])),
  byKey("refresh_token", (secret) => JSON.stringify([{ name: "refresh_token", value: secret }])),
  byKey("passphrase", (secret) => `unlock --passphrase "${secret}" --quiet`),
  byKey("auth_token", (secret) => JSON.stringify({ argv: ["deploy", "--auth-token", secret] })),
  {
    ...byKey("session_token", (secret) => `session_token=${secret}`),
    key: "pairs",
    value: [["session_token", "hunter-two-sessiontoken"]]
  },
  {
    ...byKey("signing_key", (secret) => `signing_key=${secret}`),
    key: "headers",
    value: [{ name: "signing_key", value: "hunter-two-signingkey" }]
  },
  {
    ...byKey("account-key", (secret) => `account-key=${secret}`),
    key: "argv",
    value: ["x", "--account-key", "hunter-two-accountkey"]
  },
  byForm(
    "Telegram bot",
    "AAHplanted-Zk3jd93kdl2mfk39fdk2plq83",
    "https://api.telegram.org/bot123456789:AAHplanted-Zk3jd93kdl2mfk39fdk2plq83/getMe"
  ),
  byForm(
    "Slack webhook",
    "T0PLANTED/B0PLANTED/plantedxyz",
    "post to https://hooks.slack.com/services/T0PLANTED/B0PLANTED/plantedxyz"
  ),
  byForm(
    "Discord webhook",
    "planted-Zk3jd93kdl2mfk",
    "post to https://discord.com/api/webhooks/12345678901/planted-Zk3jd93kdl2mfk"
  ),
  byForm("OpenAI key", "sk-proj-Zq81kd73hf92plantedA"),
  byForm("Anthropic key", "sk-ant-api03-Qm5_planted-77bX", "{\"text\":\"line\\nsk-ant-api03-Qm5_planted-77bX\"}"),
  byForm("Google key", "AIzaSyD3planted9x8c7v6b5n4m3a2s1d0f9g8h"),
  byForm("GitHub token", "ghp_planted0123456789abcdefABCDEF0123456"),
  byForm("GitHub OAuth token", "gho_planted9876543210abcdefABCDEF0123456"),
  byForm("GitHub app token", "ghs_planted5555555555abcdefABCDEF0123456"),
  byForm("GitHub fine-grained token", "github_pat_11PLANTED0_abcdefghijklmnop"),
  byForm("AWS key", "AKIAPLANTED000EXAMPL"),
  byForm("AWS temporary key", "ASIAPLANTED111EXAMPL"),
  byForm("Slack token", "xoxb-1234567890-planted"),
  byForm("JWT", jwt),
  byForm("private key", "MIIEowIBAAKCAQEAplanted", pem),
  byForm("bearer", "planted.bearer~value", "sent with Bearer planted.bearer~value, refused"),
  byForm("basic", basic, `sent with Basic ${basic}`),
  byForm("URL user", "pla:n@ted7", "postgres://admin:pla:n@ted7@db.test:5432/main"),
  byForm("URL parameter", "planted-q1", "see https://a.test/x?page=planted-q1&n=planted-q1#top."),
  byForm("URL fragment", "planted-f2", "https://a.test/cb#access_token=planted-f2&state=1"),
  byForm("relative URL", "planted-r3", "/callback?code=planted-r3")
]

/** The forms of a secret in text: plain, in JSON, on the console with escapes. */
const looks = (secret: string): ReadonlyArray<string> => [...new Set([secret, JSON.stringify(secret).slice(1, -1)])]

/** The secrets that occur in the contents of a sink. */
export const leaks = (held: string, secrets: ReadonlyArray<Planted> = planted): ReadonlyArray<string> =>
  secrets.filter(({ secret }) => looks(secret).some((look) => held.includes(look))).map(({ kind }) => kind)
