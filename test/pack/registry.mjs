/**
 * Simulates the npm registry: stores published packages and serves them. Nothing is forwarded.
 */
import { once } from "node:events"
import { createServer } from "node:http"

/** Listens on a free port. `documents` holds the published versions and tags by package. */
export const startRegistry = async () => {
  const documents = new Map()
  const publish = (name, { "dist-tags": tags, versions }) => {
    const document = documents.get(name) ?? { name, "dist-tags": {}, versions: {} }
    Object.assign(document["dist-tags"], tags)
    Object.assign(document.versions, versions)
    documents.set(name, document)
  }
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url.slice(1).split("?", 1)[0])
    response.setHeader("content-type", "application/json")
    if (request.method === "PUT") {
      let body = ""
      for await (const chunk of request) {
        body += chunk
      }
      publish(name, JSON.parse(body))
      response.end("{\"ok\":true}")
      return
    }
    response.statusCode = documents.has(name) ? 200 : 404
    response.end(JSON.stringify(documents.get(name) ?? { error: "not found" }))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address()
  const env = {
    npm_config_registry: `http://127.0.0.1:${port}/`,
    [`npm_config_//127.0.0.1:${port}/:_authToken`]: "none"
  }
  return { documents, env, close: () => server.close() }
}
