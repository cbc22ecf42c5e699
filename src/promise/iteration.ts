/**
 * A span around an async iterable: open from its first step until it ends, fails or is abandoned.
 */
import * as Exit from "effect/Exit"
import { abandoned, exitOfError, type RunningSpan } from "./outcome.js"

/** An async iterable, or a function that returns one or a promise of one. */
export type AsyncSource<A> = AsyncIterable<A> | (() => AsyncIterable<A> | PromiseLike<AsyncIterable<A>>)

const iteratorOf = async <A>(source: AsyncSource<A>): Promise<AsyncIterator<A>> =>
  (typeof source === "function" ? await source() : source)[Symbol.asyncIterator]()

/** Iterates inside a span. Each step of the source runs inside it; the consumer of the items does not. */
export async function* iterateInSpan<A>(
  source: AsyncSource<A>,
  open: () => RunningSpan
): AsyncGenerator<A, void, undefined> {
  const { end, inside } = open()
  let exit: Exit.Exit<unknown, unknown> = abandoned
  let iterator: AsyncIterator<A> | undefined
  try {
    iterator = await inside(() => iteratorOf(source))
    for (
      let step = await inside(() => iterator!.next());
      step.done !== true;
      step = await inside(() => iterator!.next())
    ) {
      yield step.value
    }
    exit = Exit.void
  } catch (error) {
    exit = exitOfError(error)
    throw error
  } finally {
    try {
      if (exit === abandoned) {
        await inside(() => iterator?.return?.())
      }
    } catch (error) {
      exit = exitOfError(error)
      throw error
    } finally {
      end(exit)
    }
  }
}
