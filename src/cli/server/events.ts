/**
 * What a file holds and comes to hold, as server-sent events (HTML living standard, "Server-sent events").
 *
 * `lines` carries complete lines as they are, `rotated` says that the file began anew, `caught-up` that its end was reached. Each id is a cursor: with it the
 * page goes on where it was.
 */
import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { follow, type FollowEvent } from "../input/follow.js"

/** Milliseconds between two signs of life. */
const heartbeat = 15_000

/** Characters of one event at most, unless a line is longer. */
const eventLength = 256 * 1024

// Within an event each of these ends a line.
const breaks = /[\r\n\0]/g

const dataOf = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => `data: ${line.replace(breaks, "\uFFFD")}\n`).join("")

/** Lines in events that are not too long. */
const portions = function*(lines: ReadonlyArray<string>): Generator<ReadonlyArray<string>> {
  let portion: Array<string> = []
  let length = 0
  for (const line of lines) {
    if (portion.length > 0 && length + line.length > eventLength) {
      yield portion
      portion = []
      length = 0
    }
    portion.push(line)
    length += line.length
  }
  yield portion
}

const texts = function*(event: FollowEvent): Generator<string> {
  switch (event.kind) {
    case "rotated":
      yield `event: rotated\nid: ${event.cursor}\ndata: ${event.how}\n\n`
      return
    case "caught-up":
      yield `event: caught-up\ndata: ${event.bytes}\n\n`
      return
    case "lines": {
      const parts = [...portions(event.lines)]
      for (const [index, lines] of parts.entries()) {
        // A cursor inside of one reading is not known: only the last part may be gone on from.
        const id = index === parts.length - 1 ? `id: ${event.cursor}\n` : ""
        yield `event: lines\n${id}${dataOf(lines)}\n`
      }
    }
  }
}

const writeAll = async (response: ServerResponse, text: string, signal: AbortSignal): Promise<void> => {
  if (!response.write(text) && !signal.aborted) {
    await once(response, "drain", { signal }).catch(() => {})
  }
}

/** Sends events until the reader goes away. */
export const sendEvents = async (
  response: ServerResponse,
  path: string,
  after: string | undefined
): Promise<void> => {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  const alive = setInterval(() => void response.write(": \n\n"), heartbeat)
  try {
    response.write("retry: 1000\n\n")
    for await (const event of follow(path, { after, signal: gone.signal })) {
      for (const text of texts(event)) {
        await writeAll(response, text, gone.signal)
      }
    }
  } catch {
    // The file is not there: the page asks again.
  } finally {
    clearInterval(alive)
    response.end()
  }
}
