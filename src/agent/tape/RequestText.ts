/**
 * The requests of model calls, as texts that are recorded and compared: different requests have different texts. Media are replaced by their digests.
 *
 * Each call of a conversation repeats everything before it. So the text of a message is made and searched for secrets only once, and its checksum
 * continues that of the messages before it. The trap: a message that is changed in place keeps its text.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Effect from "effect/Effect"
import { JsonItem, JsonItems } from "../../records/jsonItems.js"
import { TapeSum } from "../../records/tape.js"
import { exactText, plainMessages } from "../model/content.js"
import { withoutMedia } from "../model/media.js"
import type { Tools } from "../tools/looseToolkit.js"
import { type ToolDigests, toolDigests } from "./toolsDiff.js"

/** A conversation up to a message. */
interface Asked {
  readonly before: Asked | undefined
  readonly item: JsonItem
  /** The checksum of the request's text so far. */
  readonly sum: TapeSum
}

const asked = (before: Asked | undefined, item: JsonItem): Asked => ({
  before,
  item,
  sum: (before === undefined ? TapeSum.none.and("[") : before.sum.and(",")).and(item.text)
})

const itemsUpTo = (last: Asked | undefined): ReadonlyArray<JsonItem> => {
  const items: Array<JsonItem> = []
  for (let each = last; each !== undefined; each = each.before) {
    items.push(each.item)
  }
  return items.reverse()
}

/** Conversations by their last message. */
const known = new WeakMap<Prompt.Message, Asked>()

const itemOf = (message: Prompt.Message): Effect.Effect<JsonItem> =>
  Effect.map(
    withoutMedia(plainMessages([message])[0]),
    (plain) => new JsonItem(exactText(plain))
  )

const asking = (before: Asked | undefined, message: Prompt.Message): Effect.Effect<Asked> => {
  const item = known.get(message)?.item
  return Effect.map(item === undefined ? itemOf(message) : Effect.succeed(item), (made) => {
    const next = asked(before, made)
    known.set(message, next)
    return next
  })
}

/** The request of one call. */
export interface RequestText {
  /** A JSON array of the messages. */
  readonly items: JsonItems
  /** The checksum of its text. */
  readonly sum: string
  /** The tools that the model is offered. */
  readonly tools: ToolDigests
}

/** The request with these messages and tools. */
export const requestText = (messages: ReadonlyArray<Prompt.Message>, tools: Tools): Effect.Effect<RequestText> =>
  Effect.suspend(() => {
    let last: Asked | undefined
    let at = 0
    for (
      let next = known.get(messages[at]!);
      next !== undefined && next.before === last;
      next = known.get(messages[at]!)
    ) {
      last = next
      at++
    }
    return Effect.map(
      Effect.reduce(messages.slice(at), last, asking),
      (end) => ({
        items: new JsonItems(itemsUpTo(end)),
        sum: (end === undefined ? TapeSum.none.and("[") : end.sum).and("]").toString(),
        tools: toolDigests(tools)
      })
    )
  })
