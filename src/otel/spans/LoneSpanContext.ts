/**
 * An OpenTelemetry context that holds one span in front of what was active around it, in which the body of a span runs.
 *
 * The API would copy a `Map` into a context with three closures. This is an object with two fields, which turns into a context of the API when another
 * value is set.
 */
import * as OtelApi from "@opentelemetry/api"

/** Finds the key under which the API keeps a context's span, which it does not export. */
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
    /** What else is in it: baggage, suppressed tracing, whatever a user has set. */
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
