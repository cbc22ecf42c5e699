/**
 * What was decided of traces, for what comes late: a bounded memory that all sinks of one sampler share, so that they agree.
 */

/** Traces that are remembered. */
const capacity = 10_000

/** Decisions by trace id; the oldest is forgotten first. */
export class Verdicts {
  private readonly known = new Map<string, boolean>()

  get(traceId: string): boolean | undefined {
    return this.known.get(traceId)
  }

  /** The decision of a trace: the one that was made before, else the one given. */
  decide(traceId: string, make: () => boolean): boolean {
    const before = this.known.get(traceId)
    if (before !== undefined) {
      return before
    }
    const verdict = make()
    this.known.set(traceId, verdict)
    if (this.known.size > capacity) {
      this.known.delete(this.known.keys().next().value!)
    }
    return verdict
  }
}
