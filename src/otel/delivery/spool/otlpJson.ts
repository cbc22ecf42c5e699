/**
 * Reads OTLP/JSON as the SDK's serializers write it. Missing values and values of another type count as empty.
 */
import type * as OtelApi from "@opentelemetry/api"
import { createTraceState } from "@opentelemetry/api"
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources"
import { hrTime } from "../../spans/values.js"

/** An object of JSON. */
export type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value)

export const objectAt = (json: Json, key: string): Json => isObject(json[key]) ? json[key] : {}

export const listAt = (json: Json, key: string): ReadonlyArray<Json> => {
  const list = json[key]
  return Array.isArray(list) ? list.filter(isObject) : []
}

export const textAt = (json: Json, key: string): string => typeof json[key] === "string" ? json[key] : ""

export const countAt = (json: Json, key: string): number => Number(json[key] ?? 0)

export const timeAt = (json: Json, key: string): OtelApi.HrTime => hrTime(BigInt(String(json[key] ?? 0)))

const valueOf = (value: Json): unknown =>
  "stringValue" in value
    ? value["stringValue"]
    : "boolValue" in value
    ? value["boolValue"]
    : "intValue" in value
    ? Number(value["intValue"])
    : "doubleValue" in value
    ? Number(value["doubleValue"])
    : "arrayValue" in value
    ? listAt(objectAt(value, "arrayValue"), "values").map(valueOf)
    : undefined

export const attributesOf = (json: Json): OtelApi.Attributes =>
  Object.fromEntries(
    listAt(json, "attributes").map((each) => [textAt(each, "key"), valueOf(objectAt(each, "value"))])
  ) as OtelApi.Attributes

export const contextOf = (json: Json): OtelApi.SpanContext => {
  const traceState = textAt(json, "traceState")
  return {
    traceId: textAt(json, "traceId"),
    spanId: textAt(json, "spanId"),
    traceFlags: countAt(json, "flags") & 255,
    ...(traceState !== "" && { traceState: createTraceState(traceState) })
  }
}

/** The resource and scope of an item. */
export interface Around {
  readonly resource: Resource
  readonly instrumentationScope: { readonly name: string; readonly version: string }
}

/** The items in a line; `undefined` if there are none. The keys name the lists by resource, by scope, and of items. */
export const itemsIn = <Item>(
  line: string,
  [byResource, byScope, items]: readonly [string, string, string],
  itemOf: (item: Json, around: Around) => Item
): Array<Item> | undefined => {
  try {
    const request: unknown = JSON.parse(line)
    const found = (isObject(request) ? listAt(request, byResource) : []).flatMap((ofResource) => {
      const resource = resourceFromAttributes(attributesOf(objectAt(ofResource, "resource")))
      return listAt(ofResource, byScope).flatMap((ofScope) => {
        const scope = objectAt(ofScope, "scope")
        const instrumentationScope = { name: textAt(scope, "name"), version: textAt(scope, "version") }
        return listAt(ofScope, items).map((item) => itemOf(item, { resource, instrumentationScope }))
      })
    })
    return found.length === 0 ? undefined : found
  } catch {
    return undefined
  }
}
