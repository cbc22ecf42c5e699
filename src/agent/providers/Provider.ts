/**
 * The peculiarities of one vendor: names, token counts, cost, tiers, errors.
 *
 * A vendor without an entry in `table.ts` works with the defaults given here. Vendor names appear in no other folder.
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
  /** Matches model ids of a form unique to this vendor. They outrank `gen_ai.system`, which a layer may set to another vendor's name. */
  readonly ownModels?: RegExp
  /** Its id in `@pydantic/genai-prices`. Default: `name`. */
  readonly priceId?: string
  /** The model's id as it appears in price lists. Default: unchanged. */
  readonly priceModel?: (model: string) => string
  /**
   * Reads the counts of a finish part. `metadata` is the vendor's own metadata on it. Default: all counts include their parts.
   */
  readonly usageOf?: (reported: ReportedUsage, metadata: unknown) => KnownUsage
  /**
   * Reads the counts that its layer sets as attributes of the `@effect/ai` span, without metadata. Counts that may cover only a part of the input or
   * output are left out. Default: both counts are complete.
   */
  readonly announcedUsageOf?: (announced: Pick<ReportedUsage, "inputTokens" | "outputTokens">) => KnownUsage
  /** Reads the cost in US dollars from its metadata, including costs billed by another party. Default: `usage.cost`. */
  readonly costOf?: (metadata: unknown) => unknown
  /** The finish reason that its `@effect/ai` layer sets if the model refuses, if that is not `refusal`. */
  readonly refusalReason?: string
  /** Reads the text of a refusal from the metadata of a text part that has no text of its own. */
  readonly refusalOf?: (metadata: unknown) => unknown
  /** Wraps the result of a tool in an object, for a vendor that only accepts objects. Default: it accepts any JSON. */
  readonly resultAsObject?: (result: unknown, isFailure: boolean) => { readonly [key: string]: unknown }
  /** Whether it accepts a file from its own answer in the next request. Default: it accepts none; most vendors reject or ignore them. */
  readonly takesAnswerFile?: (mediaType: string, data: unknown) => boolean
  /** The model that really answered, from its metadata, if the answer itself names another. Default: none. */
  readonly modelOf?: (metadata: unknown) => unknown
  /** Its names for the tier with list prices. Default: none; a call without a tier has list prices too. */
  readonly standardTiers?: ReadonlyArray<string>
  /** Whether a tool that the provider ran itself is a web search that it bills individually, apart from tokens. Default: none is. */
  readonly isBilledSearch?: (tool: string, params: unknown) => boolean
  /** The `type` or `code` of mid-stream errors that are worth a retry. */
  readonly transientErrors?: ReadonlyArray<string | number>
  /** A response header whose `true` or `false` overrides the status when deciding on a retry. */
  readonly retryHeader?: string
  /** Whether its layer ends a failed answer like a finished one: texts are left open, or there is neither content nor usage. */
  readonly finishesFailedCalls?: boolean
}
