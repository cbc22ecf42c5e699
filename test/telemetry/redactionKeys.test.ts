/**
 * Keys that hide their values, and keys that do not.
 */
import { describe, expect, it } from "@effect/vitest"
import { defaultLimits } from "../../src/records/attributes.js"
import { Redaction, type RedactionOptions } from "../../src/telemetry/Redaction.js"
import { AttributeBag } from "../../src/telemetry/tracing/attributeBag.js"

const attributes = (
  given: { readonly [key: string]: unknown },
  options: RedactionOptions = {},
  limits = defaultLimits
) => {
  const bag = new AttributeBag(limits, Redaction.make(options))
  bag.setAll(given)
  return bag.finish()
}

describe("a key", () => {
  it.each([
    "authorization",
    "Proxy-Authorization",
    "http.request.header.authorization",
    "api-key",
    "api_key",
    "apikey",
    "apiKey",
    "x-goog-api-key",
    "X_API_KEY",
    "cookie",
    "set-cookie",
    "password",
    "user.password",
    "dbPassword",
    "passwd",
    "pwd",
    "secret",
    "client_secret",
    "AWS_SECRET_ACCESS_KEY",
    "private-key",
    "credential",
    "credentials",
    "token",
    "auth-token",
    "accessToken",
    "refresh_token",
    "password_hash",
    "password_confirmation",
    "privateKeyPem",
    "password2",
    "jwt",
    "http.response.header.set-cookie.0",
    "pass",
    "SMTP_PASS",
    "dbpass",
    "auth",
    "BASIC_AUTH",
    "sig",
    "signature",
    "http.request.header.x-hub-signature-256",
    "X-Signature-Ed25519",
    "stripe-signature",
    "mnemonic",
    "dsn",
    "SENTRY_DSN",
    "connection_string",
    "ConnectionString",
    "bearer",
    "x-auth-key",
    "x-functions-key",
    "helicone-auth",
    "x-honeycomb-team",
    "dd-application-key",
    "OPENAI_KEY",
    "login.otp",
    "headers.helicone-auth.0",
    "creds"
  ])("%s hides its value, whatever the value is", (key) => {
    for (const value of ["x", 7, true, ["x"], { a: "x" }, new Date(), 10n]) {
      expect(attributes({ [key]: value })).toEqual({ [key]: "<redacted>" })
      expect(attributes({ outer: [{ [key]: value }] })).toEqual({ outer: [{ [key]: "<redacted>" }] })
    }
    expect(attributes({ [key]: undefined, other: { [key]: null } })).toEqual({ other: {} })
  })

  it.each([
    "tokens_in",
    "tokens_out",
    "cached_tokens_in",
    "max_token",
    "reasoning_token",
    "nextPageToken",
    "continuation_token",
    "loom.tokens.input",
    "max_tokens",
    "tokens",
    "token_count",
    "total_tokens",
    "gen_ai.usage.input_tokens",
    "time_to_first_token",
    "cost_per_token",
    "token_type",
    "session_id",
    "session.id",
    "run_id",
    "user_id",
    "key",
    "cache_key",
    "author",
    "secretary",
    "passenger",
    "compass",
    "monkey",
    "url",
    "query",
    "cookie_consent",
    "password_length",
    "has_password",
    "hasPassword",
    "user.is_secret",
    "requires_auth",
    "uses_token",
    "top_token",
    "unexpected_token",
    "cancellationToken",
    "function_signature",
    "signature_algorithm",
    "first_pass",
    "passed",
    "oauth_provider",
    "auth_method",
    "significant",
    "design_token",
    "__proto__",
    "constructor"
  ])("%s does not hide its value", (key) => {
    expect(Object.entries(attributes({ [key]: "plain" }))).toEqual([[key, "plain"]])
  })

  it("that names the working directory does not hide a path", () => {
    const folders = { PWD: "/home/alice/a project", "env.OLDPWD": "C:\\Users\\alice", pwd: "~/src" }
    expect(attributes(folders)).toEqual(folders)
    expect(attributes({ PWD: "hunter2", pwd: "/x!9", DB_PWD: "/home/alice" })).toEqual({
      PWD: "<redacted>",
      pwd: "<redacted>",
      DB_PWD: "<redacted>"
    })
  })

  it("is recognized at the end of a very long key", () => {
    expect(Object.values(attributes({ [`${"x.".repeat(500_000)}password`]: "hunter2" }))).toEqual(["<redacted>"])
  })
})
