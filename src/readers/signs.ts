/**
 * The comparisons that conditions on numbers can make, by their signs.
 */
export const signs: { readonly [sign: string]: (a: number, b: number) => boolean } = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b
}
