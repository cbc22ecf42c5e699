/**
 * What one vendor does its own way: names, token counts, cost, errors.
 *
 * A vendor without an entry in `table.ts` works with the defaults given here.
 */
import type { KnownUsage, ReportedUsage } from "../Usage.js"

/** A vendor of models. Everything but its name is optional. */
export interface Provider {
  /** `gen_ai.provider.name` in the OpenTelemetry semantic conventions (v1.41.1). */
  readonly name: string
  /** Other names for it: in its `@effect/ai` layer (`Model.ProviderName`), in `gen_ai.system`, and as the key of its metadata. */
  readonly aliases?: ReadonlyArray<string>
  /** Prefixes of its model ids, for calls that do not name a provider. */
  readonly modelPrefixes?: ReadonlyArray<string>
  /** Its id in `@pydantic/genai-prices`. Default: `name`. */
  readonly priceId?: string
  /**
   * Reads a usage report. `metadata` is the vendor's own metadata on the finish part; `undefined` if the counts come from the attributes of the
   * `@effect/ai` span instead. Default: `usageOf`.
   */
  readonly usageOf?: (reported: ReportedUsage, metadata: unknown) => KnownUsage | undefined
  /** Reads the cost in US dollars from its metadata. Default: `usage.cost`. */
  readonly costOf?: (metadata: unknown) => unknown
  /** The `type` or `code` of errors in the middle of a stream that are worth a retry. */
  readonly transientErrors?: ReadonlyArray<string>
  /** A response header whose `true` or `false` overrides the status when deciding on a retry. */
  readonly retryHeader?: string
  /** Whether a finish part without usage, in an answer without content, reports a failed call. */
  readonly finishesFailedCalls?: boolean
}
