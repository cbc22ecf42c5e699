/**
 * Simulates an OpenTelemetry Collector: accepts and keeps everything.
 */
import { once } from "node:events"
import { createServer } from "node:http"

/** Listens on a free port. `texts` holds the received bodies by path, as text: protobuf contains names unencoded, so they can be searched. */
export const startReceiver = async () => {
  const texts = new Map()
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) {
      chunks.push(chunk)
    }
    texts.set(request.url, (texts.get(request.url) ?? "") + Buffer.concat(chunks).toString("latin1"))
    response.setHeader("content-type", "application/x-protobuf").end()
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return { url: `http://127.0.0.1:${server.address().port}`, texts, close: () => server.close() }
}
