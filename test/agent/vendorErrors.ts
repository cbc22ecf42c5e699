/**
 * Errors of a vendor's layer.
 */
import * as AiError from "@effect/ai/AiError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Option from "effect/Option"

/** There was no connection. */
export const unreachable: AiError.AiError = new AiError.HttpRequestError({
  module: "Vendor",
  method: "streamText",
  reason: "Transport",
  request: HttpClientRequest.get("http://vendor.example/v1"),
  cause: new Error("ECONNREFUSED")
})

/** The vendor answered with this status. `text` is wherever an error can quote content. */
export const answeredWith = (
  status: number,
  headers: { readonly [name: string]: string } = {},
  text = ""
): AiError.AiError =>
  new AiError.HttpResponseError({
    module: "Vendor",
    method: "streamText",
    reason: "StatusCode",
    description: text,
    request: {
      method: "POST",
      url: `http://vendor.example/${text}`,
      urlParams: [],
      hash: Option.none(),
      headers: { "x-echo": text }
    },
    response: { status, headers },
    body: text
  })

/** The answer made no sense. */
export const malformed = (text: string): AiError.AiError =>
  new AiError.MalformedOutput({ module: "Vendor", method: "streamText", description: text, cause: text })

/** Something else went wrong. */
export const unknown = (text: string): AiError.AiError =>
  new AiError.UnknownError({ module: "Vendor", method: "streamText", description: text, cause: text })
