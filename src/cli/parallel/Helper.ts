/**
 * Worker threads that condense parts of a file.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import type { CondensedLines } from "../../readers/summary/condense.js"
import type { Part } from "./linesIn.js"

interface Waiting {
  readonly resolve: (lines: CondensedLines) => void
  readonly reject: (error: unknown) => void
}

/** More do not help, because this thread is then the bottleneck. */
const most = 3

class Helper {
  private readonly worker = new Worker(new URL("./worker.js", import.meta.url))
  /** Results arrive in the order of the requests. */
  private readonly waiting: Array<Waiting> = []
  private error: unknown
  isReady = false

  constructor() {
    this.worker.once("message", () => {
      this.isReady = true
      this.worker.on("message", (lines: CondensedLines) => this.waiting.shift()?.resolve(lines))
    })
    this.worker.on("error", (error) => {
      this.error = error
      this.waiting.splice(0).forEach(({ reject }) => reject(error))
    })
  }

  get load(): number {
    return this.waiting.length
  }

  condense(fd: number, part: Part): Promise<CondensedLines> {
    return new Promise((resolve, reject) => {
      if (this.error !== undefined) {
        reject(this.error)
      } else {
        this.waiting.push({ resolve, reject })
        this.worker.postMessage({ fd, part })
      }
    })
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }
}

export class Helpers {
  private constructor(private readonly all: ReadonlyArray<Helper>) {}

  /** Starts as many as there are processors, at most three. */
  static readonly start: Effect.Effect<Helpers, never, Scope.Scope> = Effect.acquireRelease(
    Effect.sync(() => new Helpers(Array.from({ length: Math.min(most, availableParallelism()) }, () => new Helper()))),
    ({ all }) => Effect.promise(() => Promise.all(all.map((helper) => helper.end())))
  )

  /** Whether all have started. Stays false if one cannot start. */
  get areReady(): boolean {
    return this.all.every(({ isReady }) => isReady)
  }

  /** How many parts to hand out at a time, so that each helper has the next one waiting. */
  get atOnce(): number {
    return this.all.length * 2
  }

  condense(fd: number, part: Part): Promise<CondensedLines> {
    return this.all.reduce((least, helper) => helper.load < least.load ? helper : least).condense(fd, part)
  }
}
