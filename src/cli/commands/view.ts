/**
 * `view`: the traces as a page to look at, written to a file or served and followed.
 */
import * as Command from "@effect/cli/Command"
import * as Options from "@effect/cli/Options"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { spawn } from "node:child_process"
import { access } from "node:fs/promises"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { amount, common, described, files, working } from "../command.js"
import { type Failure, InputError, systemReason, UsageError } from "../Failure.js"
import { cannotRead, pathsOf } from "../input/input.js"
import { Output } from "../output/Output.js"
import { loadPage, pageOf } from "../output/page.js"
import { writePieces } from "../output/write.js"
import { serveLive } from "../server/liveServer.js"
import { titleOf } from "./export.js"

const out = Options.optional(Options.withPseudoName(Options.text("out"), "FILE")).pipe(
  Options.withAlias("o"),
  Options.withDescription("The page to write; default is the file's name with .html; - is standard output")
)
const serve = Options.boolean("serve").pipe(
  Options.withDescription("Serve the page on 127.0.0.1 and follow the file while it grows")
)
const port = Options.optional(amount("port")).pipe(Options.withDescription("Port of --serve; default is a free one"))
const open = Options.boolean("open").pipe(Options.withDescription("Open the page in the browser"))

/** Opens an address with what the system opens addresses with; where it has nothing the address was printed. */
const openInBrowser = (address: string): Effect.Effect<void> =>
  Effect.sync(() => {
    const command = process.platform === "darwin" ? "open" : "xdg-open"
    spawn(command, [address], { detached: true, stdio: "ignore" }).on("error", () => {}).unref()
  })

const defaultPage = (paths: ReadonlyArray<string>): string =>
  paths.length === 1 && paths[0] !== "-"
    ? `${paths[0]!.replace(/(\.jsonl|\.json|\.ndjson)?(\.gz)?$/, "")}.html`
    : "traces.html"

interface Given {
  readonly files: ReadonlyArray<string>
  readonly out: Option.Option<string>
  readonly port: Option.Option<number>
  readonly serve: boolean
  readonly open: boolean
}

const mostPort = 65_535

/** What is wrong with the options together: one that would have no effect is not let pass. */
const wrongTogether = ({ files: [path, ...others], out: page, port: at, serve: isServed }: Given): string | undefined =>
  isServed && (path === undefined || path === "-" || others.length > 0)
    ? "--serve follows one file: name it"
    : isServed && Option.isSome(page)
    ? "--serve writes no page: leave --out away, or --serve"
    : !isServed && Option.isSome(at)
    ? "--port is the port of --serve: give that, too"
    : Option.isSome(at) && at.value > mostPort
    ? `--port "${at.value}": write a port, 0 to ${mostPort}`
    : undefined

const write = (given: Given): Effect.Effect<void, Failure, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const paths = pathsOf(given.files)
    const path = Option.getOrElse(given.out, () => defaultPage(paths))
    yield* writePieces(pageOf(paths, titleOf(paths)), Option.some(path))
    if (path !== "-") {
      yield* output.say(`wrote ${path}`)
      yield* given.open ? openInBrowser(pathToFileURL(resolve(path)).href) : Effect.void
    }
  })

const cannotListen = (port: number, error: unknown): InputError =>
  new InputError({
    message: `Cannot listen on port ${port}: ${systemReason(error, { EADDRINUSE: "another program listens there" })}`
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
    const at = Option.getOrElse(given.port, () => 0)
    const listen = Effect.tryPromise({
      try: () => serveLive(page, at),
      catch: (error) => cannotListen(at, error)
    })
    return yield* Effect.acquireUseRelease(listen, ({ url }) =>
      Effect.gen(function*() {
        const output = yield* Output
        yield* output.write(`${url}\n`)
        yield* output.say("Whoever has this address can read the file. Ctrl-C ends it.")
        yield* given.open ? openInBrowser(url) : Effect.void
        return yield* Effect.never
      }), ({ close }) => Effect.promise(close))
  })

/** The command. */
export const view = Command.make(
  "view",
  { files, ...common, out, serve, port, open },
  (given) => {
    const wrong = wrongTogether(given)
    const work = given.serve ? live(given.files[0]!, given) : write(given)
    return working(given, wrong === undefined ? work : Effect.fail(new UsageError({ message: wrong })))
  }
).pipe(Command.withDescription(described(
  "The traces as one HTML page",
  "It needs nothing else: open it from disk, send it to somebody. --serve follows a growing file live, for this " +
    "machine only.",
  ["view traces.jsonl", "view --open traces.jsonl", "view --serve traces.jsonl"]
)))
