/**
 * What the processes of the fleet and their parent say to each other.
 */
import type { OTelStats } from "loom-telemetry/otel"

/** A message of the queue: the work, and the trace that it belongs to. */
export interface Job {
  readonly user: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a process is sent. */
export type ToProcess = "stop" | { readonly job: Job }

/** What a process sends: the port that it listens on, 0 without one, when it is ready; jobs for the queue; what its sink counted, when it ends. */
export type FromProcess = { readonly port: number } | { readonly job: Job } | { readonly stats: OTelStats }
