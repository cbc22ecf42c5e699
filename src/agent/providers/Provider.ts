/**
 * What one vendor does its own way: names, token counts, cost, tiers, errors.
 *
 * A vendor without an entry in `table.ts` works with the defaults given here. No other folder knows the name of a vendor.
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
  /** Model ids in a form that no other vendor has: they count more than `gen_ai.system`, where a layer may set another vendor's name. */
  readonly ownModels?: RegExp
  /** Its id in `@pydantic/genai-prices`. Default: `name`. */
  readonly priceId?: string
  /** The model's id as price lists know it. Default: as it is. */
  readonly priceModel?: (model: string) => string
  /**
   * Reads the counts of a finish part. `metadata` is the vendor's own metadata on it. Default: all counts include their parts.
   */
  readonly usageOf?: (reported: ReportedUsage, metadata: unknown) => KnownUsage
  /**
   * Reads the counts that its layer sets as attributes of the `@effect/ai` span, without metadata. What may be only a part of the input or output is
   * left out. Default: both are whole.
   */
  readonly announcedUsageOf?: (announced: Pick<ReportedUsage, "inputTokens" | "outputTokens">) => KnownUsage
  /** Reads the cost in US dollars from its metadata; a cost that someone else bills for is part of it. Default: `usage.cost`. */
  readonly costOf?: (metadata: unknown) => unknown
  /** The finish reason that its `@effect/ai` layer gives an answer in which the model refuses, if that is not `refusal`. */
  readonly refusalReason?: string
  /** Reads the text of a refusal from the metadata of a text part that has no text of its own. */
  readonly refusalOf?: (metadata: unknown) => unknown
  /** Puts the result of a tool into the object that the vendor wants, if it takes nothing but objects. Default: it takes any JSON. */
  readonly resultAsObject?: (result: unknown, isFailure: boolean) => { readonly [key: string]: unknown }
  /** Whether it takes a file that it answered with back in the next request. Default: it takes none; most reject or ignore them. */
  readonly takesAnswerFile?: (mediaType: string, data: unknown) => boolean
  /** The model that really answered, from its metadata, if the answer itself names another. Default: none. */
  readonly modelOf?: (metadata: unknown) => unknown
  /** Its words for the tier that list prices are for. Default: none; a call without a tier has list prices, too. */
  readonly standardTiers?: ReadonlyArray<string>
  /** Whether a tool that the provider ran itself is a web search, which it bills by the piece, apart from tokens. Default: no tool is. */
  readonly isBilledSearch?: (tool: string, params: unknown) => boolean
  /** The `type` or `code` of errors in the middle of a stream that are worth a retry. */
  readonly transientErrors?: ReadonlyArray<string | number>
  /** A response header whose `true` or `false` overrides the status when deciding on a retry. */
  readonly retryHeader?: string
  /** Whether its layer ends a failed answer like a finished one: what was begun is left open, or there is neither content nor usage. */
  readonly finishesFailedCalls?: boolean
}
