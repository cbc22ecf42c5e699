/**
 * The messages between the processes of the fleet and their parent.
 */
import type { OTelStats } from "loom-telemetry/otel"

/** A message of the queue: the job, and the trace it belongs to. */
export interface Job {
  readonly user: string
  readonly headers: Readonly<Record<string, string>>
}

/** A message to a process. */
export type ToProcess = "stop" | { readonly job: Job }

/** A message from a process: its port when it is ready (0 if it does not listen); jobs for the queue; the counters of its sink when it ends. */
export type FromProcess = { readonly port: number } | { readonly job: Job } | { readonly stats: OTelStats }
