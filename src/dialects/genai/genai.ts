/**
 * OpenTelemetry's semantic conventions for generative AI (`gen_ai.*`), by version.
 *
 * Each version has a table of its own, written out instead of imported, because the conventions keep changing and backends follow slowly.
 */
import { roleOf } from "../../records/vocabulary.js"
import type { Dialect } from "../Dialect.js"
import type { Convention, SemconvVersion } from "./Convention.js"
import { genai010 } from "./genai-0.1.0.js"
import { semconv1411 } from "./semconv-1.41.1.js"

/** The default version of the semantic conventions. */
export const semconvVersion = "1.41.1"

/** The table of each version. */
export const conventions: { readonly [Version in SemconvVersion]: Convention } = {
  "1.41.1": semconv1411,
  "genai-0.1": genai010
}

/** The dialect for one version. */
export const genaiDialect = (version: SemconvVersion): Dialect => {
  const { spans } = conventions[version]
  return (span, put) => {
    const role = roleOf(span.name)
    if (role === undefined) {
      return put("error.type", span.errorType)
    }
    for (const { name, value } of spans[role]) {
      put(name, value(span))
    }
  }
}
