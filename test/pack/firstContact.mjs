/**
 * Follows README.md and the quick start it links to in an empty folder, as three new users: one watches the console, one writes tests, one sends to
 * production. Every command is run and every program saved exactly as documented, except that the package comes from a tarball, the Collector is
 * simulated, and no browser opens.
 *
 * To run only this: node test/pack/firstContact.mjs TARBALL
 */
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import { name } from "./manifest.mjs"
import { check, finish } from "./outcome.mjs"
import { markdown, shownTree, stepsOf } from "./readme.mjs"
import { startReceiver } from "./receiver.mjs"

/** Programs must have fewer lines than this. */
const lines = 25

const quietNpm = {
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_ignore_scripts: "true",
  npm_config_yes: "false"
}

/**
 * Runs a command and returns its exit status and output, without the colours that some programs use if `CI` or `FORCE_COLOR` is set. Does not block
 * the event loop, so that a receiver in this process can respond.
 */
const shell = (cwd, command) =>
  new Promise((done, failed) => {
    const child = spawn("bash", ["-ec", command], { cwd, env: { ...process.env, ...quietNpm }, timeout: 300_000 })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text) => stdout += text)
    child.stderr.setEncoding("utf8").on("data", (text) => stderr += text)
    child.on("error", failed)
    child.on("close", (status) =>
      done({
        status,
        stdout: stripVTControlCharacters(stdout),
        stderr: stripVTControlCharacters(stderr)
      }))
  })

/** Follows a section. Returns the result of its last command. */
const follow = async (user, heading) => {
  let last
  for (const { code, file, run } of stepsOf(heading)) {
    if (file !== undefined) {
      const length = code.trimEnd().split("\n").length
      check(`${file} has fewer than ${lines} lines`, length < lines ? undefined : `it has ${length}`)
      writeFileSync(join(user.folder, file), code)
    } else {
      last = await shell(user.folder, user.command(run))
      if (last.status !== 0) {
        throw new Error(`${run}exited with ${last.status}\n${last.stdout}${last.stderr}`)
      }
    }
  }
  return last
}

const finds = (what, text, ...patterns) => {
  const missing = patterns.filter((pattern) => !pattern.test(text))
  check(what, missing.length === 0 ? undefined : `there is no ${missing.join(", no ")} in\n${text}`)
}

/** The lines of a tree, reduced to depth, name and usage. */
const outline = (tree) => {
  const lines = tree.matchAll(/^( *• [\w.]+) \(.*?(\[\d+ in, .*\])?$/gm)
  // The console shows all digits of a cost, the command line two significant ones.
  const rounded = (usage) => usage.replace(/\$([\d.]+)/, (_, usd) => `$${Number(usd).toPrecision(2)}`)
  return Array.from(lines, ([, span, usage = ""]) => `${span} ${rounded(usage)}`).join("\n")
}

const lookBack = async (user) => {
  const { stderr, stdout } = await follow(user, "Query a trace file")
  check("the tree is the one at the top of README", outline(stdout) === outline(shownTree) ? undefined : stdout)
  finds("the tool's calls, the user's tokens and dollars", stdout, /^add +1 +–/m, /^alice +42 +0 +12 +\$0\.00031/m)
  finds("the page is written", stderr, /^wrote traces\.html$/m)
}

const watch = async (user) => {
  const first = await follow(user, "First program")
  finds("the first program prints its two spans", first.stderr, /^• answer \(/m, /^ {2}• search \(.*\bhits=3$/m)
  const { stderr, stdout } = await follow(user, "Watch an agent")
  check(
    `the quick start has what the agent's program prints: ${stdout.trim()}`,
    markdown.includes(`\`${stdout.trim()}\``) ? undefined : "it has something else"
  )
  finds("the agent's tree", stderr, /^• loom\.run \(/m, /^ {2}• loom\.turn \(/m, /^ {4}• loom\.tool \(.* ok=true/m)
  await lookBack(user)
}

const test = async (user) => {
  const { stdout } = await follow(user, "Test it")
  finds("the test passes", stdout, /Tests\s+1 passed/)
}

const send = async (user) => {
  const { stderr, stdout } = await follow(user, "Send it to OpenTelemetry")
  finds("the program prints its answer", stdout, /Hello, Alice\./)
  check("and no warning", /WARN|ERROR/.test(stdout + stderr) ? stdout + stderr : undefined)
  finds(
    "the receiver has the spans of the run, with the service name",
    user.texts.get("/v1/traces") ?? "",
    ...[/loom\.run/, /loom\.turn/, /loom\.model\.stream/, /greeter/, /alice/]
  )
  finds("and its metrics", user.texts.get("/v1/metrics") ?? "", /loom\.session\.duration_ms/)
}

/** Each user starts with a new folder in `parent`. */
export const checkFirstContact = async (parent, tarball) => {
  for (const [reason, goal] of Object.entries({ watch, test, send })) {
    const receiver = await startReceiver()
    const folder = join(parent, reason)
    mkdirSync(folder)
    const command = (text) =>
      text.replaceAll(`npm install ${name} `, `npm install ${tarball} `)
        .replaceAll("http://localhost:4318", receiver.url)
        .replaceAll(" view --open ", " view ")
    const user = { folder, command, texts: receiver.texts }
    try {
      await follow(user, "Install")
      await goal(user)
    } catch (error) {
      check(`first contact: ${reason}`, String(error))
    } finally {
      receiver.close()
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parent = mkdtempSync(join(tmpdir(), "loom-first-"))
  await checkFirstContact(parent, resolve(process.argv[2]))
  rmSync(parent, { recursive: true, force: true })
  finish()
}
