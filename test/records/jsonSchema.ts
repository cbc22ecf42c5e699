/**
 * Implements the part of JSON Schema that schema/records.json uses. An unknown keyword is an error, so that nothing goes unchecked.
 */

/** A schema, or a part of one. */
export interface JsonSchema {
  readonly [keyword: string]: unknown
}

type Check = (value: unknown, operand: any, root: JsonSchema) => boolean

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const types: { readonly [name: string]: (value: unknown) => boolean } = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number" && Number.isFinite(value),
  null: (value) => value === null
}

const always: Check = () => true

const checks: { readonly [keyword: string]: Check } = {
  $schema: always,
  $defs: always,
  title: always,
  description: always,
  type: (value, names: string | ReadonlyArray<string>) => [names].flat().some((name) => types[name]!(value)),
  enum: (value, values: ReadonlyArray<unknown>) => values.includes(value),
  pattern: (value, pattern: string) => typeof value !== "string" || new RegExp(pattern, "u").test(value),
  anyOf: (value, schemas: ReadonlyArray<JsonSchema>, root) => schemas.some((schema) => isValid(value, schema, root)),
  items: (value, schema: JsonSchema, root) =>
    !Array.isArray(value) || value.every((item) => isValid(item, schema, root)),
  required: (value, keys: ReadonlyArray<string>) => !isObject(value) || keys.every((key) => Object.hasOwn(value, key)),
  properties: (value, schemas: { readonly [key: string]: JsonSchema }, root) =>
    !isObject(value) ||
    Object.entries(schemas).every(([key, schema]) => !Object.hasOwn(value, key) || isValid(value[key], schema, root)),
  additionalProperties: (_, allowed: boolean) => allowed,
  $ref: (value, path: string, root) => {
    const name = path.replace("#/$defs/", "")
    return isValid(value, (root["$defs"] as { readonly [name: string]: JsonSchema })[name]!, root)
  }
}

/** Whether a value matches a schema. `root` holds the definitions that the schema refers to. */
export const isValid = (value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean =>
  Object.entries(schema).every(([keyword, operand]) => {
    const check = checks[keyword]
    if (check === undefined) {
      throw new Error(`Unknown keyword: ${keyword}`)
    }
    return check(value, operand, root)
  })
