/**
 * `view`: the traces as a page, written to a file or served live.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { spawn } from "node:child_process"
import { access } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { command } from "../command.js"
import { type Failure, IoError, systemReason, UsageError } from "../Failure.js"
import { cannotRead, inputPaths } from "../input/input.js"
import { file, type Values, type ValueType, wholeNumber } from "../options.js"
import { Output } from "../output/Output.js"
import { loadPage, pageOf } from "../output/page.js"
import { writePieces } from "../output/write.js"
import { serveLive } from "../server/liveServer.js"
import { titleOf } from "./export.js"

const maxPort = 65_535

const portNumber: ValueType<number> = {
  placeholder: "N",
  read: (text) =>
    Either.filterOrLeft(wholeNumber.read(text), (port) => port <= maxPort, () => `a port, 0 to ${maxPort}`)
}

const options = {
  out: {
    short: "o",
    type: file,
    description: "The page to write; by default the file's name with .html. - is standard output"
  },
  serve: { description: "Serve the page on 127.0.0.1 and follow the file as it grows" },
  port: { type: portNumber, description: "Port of --serve; by default a free one" },
  open: { description: "Open the page in the browser" }
} as const

/** Opens an address with the system's own program. If there is none, the user still has the printed address. */
const openInBrowser = (address: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const command = process.platform === "darwin" ? "open" : "xdg-open"
    spawn(command, [address], { detached: true, stdio: "ignore" }).on("error", () => {}).unref()
  })

const defaultPage = (paths: ReadonlyArray<string>): string =>
  paths.length === 1 && paths[0] !== "-"
    ? `${paths[0]!.replace(/(\.jsonl|\.json|\.ndjson)?(\.gz)?$/, "")}.html`
    : "traces.html"

type Given = Values<typeof options> & { readonly files: ReadonlyArray<string> }

/** What is wrong with the options together: none may be without effect. */
const conflict = ({ files: [path, ...others], out, port, serve }: Given): string | undefined =>
  serve && (path === undefined || path === "-" || others.length > 0)
    ? "--serve follows one file: name it"
    : serve && out !== undefined
    ? "--serve writes no page: leave out --out or --serve"
    : !serve && port !== undefined
    ? "--port is the port of --serve: add --serve"
    : undefined

const write = (given: Given): Effect.Effect<void, Failure, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const paths = inputPaths(given.files)
    const path = given.out ?? defaultPage(paths)
    yield* writePieces(pageOf(paths, titleOf(paths)), path)
    if (path !== "-") {
      yield* output.log(`wrote ${path}`)
      yield* given.open ? openInBrowser(pathToFileURL(resolve(path)).href) : Effect.void
    }
  })

const cannotListen = (port: number, error: unknown): IoError =>
  new IoError({
    message: `Cannot listen on port ${port}: ${systemReason(error, { EADDRINUSE: "another program is using it" })}`
  })

const live = (path: string, given: Given): Effect.Effect<never, Failure, Output> =>
  Effect.gen(function*() {
    yield* Effect.tryPromise({ try: () => access(path), catch: (error) => cannotRead(path, error) })
    const { assets, pageCsp, renderPage } = yield* loadPage
    const title = titleOf([path])
    const page = {
      path,
      html: renderPage(assets, { title, live: { url: "events" } }),
      policy: pageCsp(assets, true)
    }
    const { open, port = 0 } = given
    const listen = Effect.tryPromise({
      try: () => serveLive(page, port),
      catch: (error) => cannotListen(port, error)
    })
    return yield* Effect.acquireUseRelease(listen, ({ url }) =>
      Effect.gen(function*() {
        const output = yield* Output
        yield* output.write(`${url}\n`)
        yield* output.log("Anyone with this address can read the file. Ctrl-C ends it.")
        yield* open ? openInBrowser(url) : Effect.void
        return yield* Effect.never
      }), ({ close }) => Effect.promise(close))
  })

/** The command. */
export const view = command({
  name: "view",
  summary: "The traces as one HTML page",
  details:
    "The page needs nothing else: open it from disk or send it to someone. --serve follows a growing file live, on " +
    "this machine only.",
  options,
  examples: ["view traces.jsonl", "view --open traces.jsonl", "view --serve traces.jsonl"],
  run: (given) => {
    const message = conflict(given)
    return message !== undefined
      ? Effect.fail(new UsageError({ message }))
      : given.serve
      ? live(given.files[0]!, given)
      : write(given)
  }
})
