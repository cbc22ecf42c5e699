/**
 * Those who wait until everything that was accepted so far is written or dropped.
 */

interface Waiter {
  /** The position in the queue that has to be reached. */
  readonly position: number
  /** So many losses have to stand in the file. */
  readonly losses: number
  readonly resume: () => void
}

/** The flushes that are waiting. */
export class Flushes {
  private waiters: ReadonlyArray<Waiter> = []

  /** The function returned takes it back. */
  add(waiter: Waiter): () => void {
    this.waiters = [...this.waiters, waiter]
    return () => {
      this.waiters = this.waiters.filter((other) => other !== waiter)
    }
  }

  /** Resumes those who wait for no more than this. */
  reached(position: number, losses: number): void {
    if (this.waiters.length === 0) {
      return
    }
    const isReady = (waiter: Waiter) => waiter.position <= position && waiter.losses <= losses
    const ready = this.waiters.filter(isReady)
    this.waiters = this.waiters.filter((waiter) => !isReady(waiter))
    for (const { resume } of ready) {
      resume()
    }
  }
}
