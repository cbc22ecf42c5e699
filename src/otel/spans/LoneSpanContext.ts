/**
 * An OpenTelemetry context that adds a span to another context; the body of a span runs in it.
 *
 * The API would copy a `Map` into a context with three closures. This is an object with two fields, which becomes a regular context when another
 * value is set.
 */
import * as OtelApi from "@opentelemetry/api"

/** Finds the key under which the API stores a context's span; the API does not export it. */
const findSpanKey = (): symbol | undefined => {
  let key: symbol | undefined
  const probe: OtelApi.Context = {
    getValue: (wanted) => {
      key = wanted
      return undefined
    },
    setValue: () => probe,
    deleteValue: () => probe
  }
  OtelApi.trace.getSpan(probe)
  return key
}

const spanKey = findSpanKey()

/** A context with a span. */
export class LoneSpanContext implements OtelApi.Context {
  constructor(
    readonly span: OtelApi.Span,
    /** The context with everything else: baggage, suppressed tracing, values set by the user. */
    readonly around: OtelApi.Context = OtelApi.ROOT_CONTEXT
  ) {}

  getValue(key: symbol): unknown {
    return key === spanKey ? this.span : this.around.getValue(key)
  }

  setValue(key: symbol, value: unknown): OtelApi.Context {
    return OtelApi.trace.setSpan(this.around, this.span).setValue(key, value)
  }

  deleteValue(key: symbol): OtelApi.Context {
    const { around } = this
    const without = around.getValue(key) === undefined ? around : around.deleteValue(key)
    return key === spanKey ? without : without === around ? this : new LoneSpanContext(this.span, without)
  }
}
