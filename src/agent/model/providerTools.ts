/**
 * Tools that the vendor ran itself inside a model call, such as a web search.
 *
 * Each is a `loom.tool` span inside the call's span. Its duration is unknown, so the span has no `duration_ms`, and no metric is emitted.
 */
import * as Effect from "effect/Effect"
import { Loom, providerToolSpan } from "../../telemetry/Loom.js"
import { isBilledSearch } from "../providers/table.js"
import { argumentsDigest } from "../tools/argumentsDigest.js"
import type { ModelPart } from "./modelParts.js"

interface Execution {
  readonly tool: string
  readonly id: string
  readonly params: unknown
  /** Whether it is a web search that the provider bills, unless it fails. */
  readonly isSearch: boolean
  /** Whether it succeeded; `undefined` until its result arrives, which may be in a later answer. */
  ok: boolean | undefined
}

/** The provider's tool calls in one answer. */
export class ProviderTools {
  private readonly executions: Array<Execution> = []

  /** Takes in the next part of the answer. */
  observe(part: ModelPart): void {
    if (part.type === "tool-call" && part.call.providerExecuted) {
      const { id, name, params } = part.call
      this.executions.push({
        tool: name,
        id,
        params,
        isSearch: isBilledSearch(name, params),
        ok: undefined
      })
    } else if (part.type === "tool-result" && part.isProviderExecuted) {
      const execution = this.executions.find(({ id, ok }) => id === part.id && ok === undefined)
      if (execution !== undefined) {
        execution.ok = !part.isFailure
      }
    }
  }

  /** How many web searches are billed; `undefined` if there are none. */
  get searches(): number | undefined {
    return this.executions.filter(({ isSearch, ok }) => isSearch && ok !== false).length || undefined
  }

  /** Records the calls as spans. */
  readonly record: Effect.Effect<void> = Effect.suspend(() =>
    Effect.forEach(this.executions, recorded, { discard: true })
  )
}

const recorded = ({ id, ok, params, tool }: Execution): Effect.Effect<void> =>
  Loom.tool.annotate({ ok }).pipe(
    providerToolSpan({
      tool,
      call_id: id,
      get arguments_digest() {
        return argumentsDigest(params)
      },
      provider_executed: true
    })
  )
