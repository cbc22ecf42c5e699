/**
 * What model calls ask, as texts that are recorded and compared: requests that differ have different texts. Media are named by their digests.
 *
 * Each call of a conversation asks all that came before. One object for a conversation makes a text of each message once; the trap: a message that is
 * changed in place keeps its text.
 */
import type * as Prompt from "@effect/ai/Prompt"
import * as Effect from "effect/Effect"
import { exactText, plainMessages } from "../model/content.js"
import { withoutMedia } from "../model/media.js"

interface Asked {
  readonly messages: ReadonlyArray<Prompt.Message>
  /** One for each message. */
  readonly texts: ReadonlyArray<string>
}

const textOf = (message: Prompt.Message): Effect.Effect<string> =>
  Effect.map(withoutMedia(plainMessages([message])[0]), exactText)

/** The requests of a conversation. Calls that are made side by side are no conversation, but get their texts too. */
export class RequestText {
  private last: Asked = { messages: [], texts: [] }

  /** The request with these messages: a JSON array. */
  of(messages: ReadonlyArray<Prompt.Message>): Effect.Effect<string> {
    return Effect.suspend(() => {
      const { last } = this
      const first = messages.findIndex((message, index) => message !== last.messages[index])
      const known = last.texts.slice(0, first < 0 ? messages.length : first)
      return Effect.map(Effect.forEach(messages.slice(known.length), textOf), (added) => {
        const texts = [...known, ...added]
        this.last = { messages, texts }
        return `[${texts.join(",")}]`
      })
    })
  }
}
