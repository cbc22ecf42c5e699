/**
 * A function with the parameters of another one that returns nothing. `toBeCallableWith` mistakes the diagnostic of a floating effect for an error of
 * the call, so `not.toBeCallableWith` would hold for every function that returns an effect.
 */
export const accepts = <Args extends ReadonlyArray<unknown>>(_: (...args: Args) => unknown) => (..._args: Args): void =>
  undefined
