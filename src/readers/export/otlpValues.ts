/**
 * Values as OTLP 1.x JSON (opentelemetry-proto, `common.proto` and `docs/specification.md`, "JSON Protobuf Encoding"): 64-bit numbers as decimal text, ids in
 * hexadecimal. The same values that the OpenTelemetry sink sends: arrays of one primitive type as arrays, anything nested as JSON text.
 */
import type { Attributes, AttributeValue } from "../../records/attributes.js"

/** A value in OTLP. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: ReadonlyArray<AnyValue> } }

/** An attribute in OTLP. */
export interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

const anyValue = (value: AttributeValue): AnyValue => {
  switch (typeof value) {
    case "string":
      return { stringValue: value }
    case "boolean":
      return { boolValue: value }
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
    default:
      return isUniform(value)
        ? { arrayValue: { values: value.map(anyValue) } }
        : { stringValue: JSON.stringify(value) }
  }
}

const isUniform = (value: AttributeValue & object): value is ReadonlyArray<AttributeValue> =>
  Array.isArray(value) && value.every((item) => typeof item === typeof value[0] && typeof item !== "object")

/** Attributes in OTLP. */
export const keyValues = (attributes: Attributes): ReadonlyArray<KeyValue> =>
  Object.keys(attributes).map((key) => ({ key, value: anyValue(attributes[key]!) }))
