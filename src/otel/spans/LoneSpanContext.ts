/**
 * An OpenTelemetry context that holds one span and nothing else: what spans of ours run in, and what the SDK is told their children's parent is.
 *
 * The API would build it by copying a `Map` into a context with three closures. This one is an object with one field; it becomes one of the API's
 * as soon as somebody puts something else into it.
 */
import * as OtelApi from "@opentelemetry/api"

/** Asks the API under which key it looks for the span of a context: it tells nobody. */
const askForSpanKey = (): symbol | undefined => {
  let key: symbol | undefined
  const asked: OtelApi.Context = {
    getValue: (wanted) => {
      key = wanted
      return undefined
    },
    setValue: () => asked,
    deleteValue: () => asked
  }
  OtelApi.trace.getSpan(asked)
  return key
}

const spanKey = askForSpanKey()

/** A context with a span. */
export class LoneSpanContext implements OtelApi.Context {
  constructor(private readonly span: OtelApi.Span) {}

  getValue(key: symbol): unknown {
    return key === spanKey ? this.span : undefined
  }

  setValue(key: symbol, value: unknown): OtelApi.Context {
    return OtelApi.trace.setSpan(OtelApi.ROOT_CONTEXT, this.span).setValue(key, value)
  }

  deleteValue(key: symbol): OtelApi.Context {
    return key === spanKey ? OtelApi.ROOT_CONTEXT : this
  }
}
