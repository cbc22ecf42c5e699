/**
 * A function with the parameters of another one, that gives nothing: `toBeCallableWith` takes the diagnostic of an effect that floats for
 * an error of the call, so that `not.toBeCallableWith` would hold for every function that gives an effect.
 */
export const accepts = <Args extends ReadonlyArray<unknown>>(_: (...args: Args) => unknown) => (..._args: Args): void =>
  undefined
