/**
 * `view`: writes the traces as an HTML page, or serves the page live.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { spawn } from "node:child_process"
import { open } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type Line, LineSplitter } from "../../readers/LineSplitter.js"
import { decodeEntries } from "../../readers/TraceEntry.js"
import { command } from "../command.js"
import { type Failure, IoError, systemReason, UsageError } from "../Failure.js"
import { isRecord } from "../input/entries.js"
import { cannotRead, inputPaths, Recognition } from "../input/input.js"
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
    Either.filterOrLeft(wholeNumber.read(text), (port) => port <= maxPort, () => `a port number from 0 to ${maxPort}`)
}

const options = {
  out: {
    short: "o",
    type: file,
    description: "Output file; by default named after the input, with .html; - writes to standard output"
  },
  serve: { description: "Serve the page on 127.0.0.1 and follow the file as it grows" },
  port: { type: portNumber, description: "Port for --serve; by default any free port" },
  open: { description: "Open the page in a browser" }
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

/** Reports options that exclude each other, or that would have no effect. */
const conflict = ({ files: [path, ...others], out, port, serve }: Given): string | undefined =>
  serve && (path === undefined || path === "-" || others.length > 0)
    ? "--serve follows exactly one file, not standard input"
    : serve && out !== undefined
    ? "--serve writes no file: use either --serve or --out"
    : !serve && port !== undefined
    ? "--port needs --serve"
    : undefined

const write = (given: Given): Effect.Effect<void, Failure, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const paths = inputPaths(given.files)
    const path = given.out ?? defaultPage(paths)
    yield* writePieces(pageOf(paths, titleOf(paths)), path, paths)
    if (path !== "-") {
      yield* output.log(`wrote ${path}`)
      yield* given.open ? openInBrowser(pathToFileURL(resolve(path)).href) : Effect.void
    }
  })

const cannotListen = (port: number, error: unknown): IoError =>
  new IoError({
    message: `Cannot listen on port ${port}: ${systemReason(error, { EADDRINUSE: "the port is already in use" })}`
  })

/** How many bytes of a file are checked before it is served. */
const checkedBytes = 256 * 1024

/** Fails for a directory, an unreadable file, and one that has lines but no record. An empty file is fine: it may still grow. */
const checkServed = (path: string): Effect.Effect<void, IoError, Output> =>
  Effect.gen(function*() {
    const attempt = <A>(action: () => Promise<A>) =>
      Effect.tryPromise({ try: action, catch: (error) => cannotRead(path, error) })
    const head = yield* attempt(async () => {
      const file = await open(path, "r")
      try {
        const buffer = new Uint8Array(checkedBytes)
        return buffer.subarray(0, (await file.read(buffer, 0, checkedBytes, 0)).bytesRead)
      } finally {
        await file.close()
      }
    })
    const recognition = new Recognition(path, head.length === checkedBytes)
    const refused = recognition.bytes(head)
    if (refused !== undefined) {
      return yield* refused
    }
    const splitter = new LineSplitter()
    const look = (line: Line): void => {
      const isCut = line.torn && head.length === checkedBytes
      if (!isCut) {
        recognition.line(line, decodeEntries(line).some(isRecord))
      }
    }
    splitter.push(head, look)
    splitter.end(look)
    yield* recognition.check
  })

const live = (path: string, given: Given): Effect.Effect<never, Failure, Output> =>
  Effect.gen(function*() {
    yield* checkServed(path)
    const { assets, pageCsp, renderPage } = yield* loadPage
    const title = titleOf([path])
    const page = {
      path,
      html: renderPage(assets, { title, live: { url: "events" } }),
      policy: pageCsp(assets, true)
    }
    const { open: opens, port = 0 } = given
    const listen = Effect.tryPromise({
      try: () => serveLive(page, port),
      catch: (error) => cannotListen(port, error)
    })
    return yield* Effect.acquireUseRelease(listen, ({ url }) =>
      Effect.gen(function*() {
        const output = yield* Output
        yield* output.write(`${url}\n`)
        yield* output.log("Anyone with this address can read the file. Press Ctrl-C to stop.")
        yield* opens ? openInBrowser(url) : Effect.void
        return yield* Effect.never
      }), ({ close }) => Effect.promise(close))
  })

export const view = command({
  name: "view",
  summary: "Create an HTML page of the traces",
  details:
    "The page is self-contained: open it from disk or send it to someone. --serve shows a growing file live, on this " +
    "machine only.",
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
