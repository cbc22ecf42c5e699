/**
 * Recognizes the SDK's spans that this package created.
 */
import type * as OtelApi from "@opentelemetry/api"
import { shared } from "../../telemetry/copies.js"

/** The instrumentation scope of our spans and metrics; its version is that of the package. */
export const scopeName = "loom-telemetry"

/** A field of the SDK's spans (2.x); unsampled spans do not have it. */
interface Scoped {
  readonly instrumentationScope: { readonly name: string } | undefined
}

const isScoped = (span: object): span is Scoped => "instrumentationScope" in span

const hasOurScope = (span: OtelApi.Span): boolean => isScoped(span) && span.instrumentationScope?.name === scopeName

/** Our spans without a scope. Only these, because adding every span would noticeably raise its cost. */
const withoutScope = shared("otelSpans", () => new WeakSet<OtelApi.Span>())

/** Remembers that this package created a span. */
export const rememberOurs = (span: OtelApi.Span): void => {
  if (!hasOurScope(span)) {
    withoutScope.add(span)
  }
}

/** Whether this package created a span. */
export const isOurs = (span: OtelApi.Span | undefined): boolean =>
  span !== undefined && (hasOurScope(span) || withoutScope.has(span))
