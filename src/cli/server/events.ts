/**
 * Streams a growing file as server-sent events (HTML Living Standard, "Server-sent events").
 *
 * `lines` carries complete lines, `rotated` means that the file starts over, `caught-up` that its end was reached. Each id is a cursor from which the
 * page can resume.
 */
import { once } from "node:events"
import type { ServerResponse } from "node:http"
import { follow, type FollowEvent } from "../input/follow.js"

/** Milliseconds between two comments that keep the connection alive. */
const heartbeat = 15_000

// Each of these would end a line of the event.
const breaks = /[\r\n\0]/g

const dataOf = (lines: ReadonlyArray<string>): string =>
  lines.map((line) => `data: ${line.replace(breaks, "\uFFFD")}\n`).join("")

const textOf = (event: FollowEvent): string => {
  switch (event.kind) {
    case "lines":
      return `event: lines\nid: ${event.cursor}\n${dataOf(event.lines)}\n`
    case "rotated":
      return `event: rotated\nid: ${event.cursor}\ndata: ${event.how}\n\n`
    case "caught-up":
      return `event: caught-up\ndata: ${event.bytes}\n\n`
  }
}

const writeAll = async (response: ServerResponse, text: string, signal: AbortSignal): Promise<void> => {
  if (!response.write(text) && !signal.aborted) {
    await once(response, "drain", { signal }).catch(() => {})
  }
}

/** Sends events until the reader disconnects. */
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
      await writeAll(response, textOf(event), gone.signal)
    }
  } catch {
    // The file does not exist; the page retries.
  } finally {
    clearInterval(alive)
    response.end()
  }
}
