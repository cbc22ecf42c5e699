/**
 * Files in other formats: every command either reads them, or rejects them and says what they seem to be.
 */
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdirSync, readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { span } from "../readers/lines.js"
import { documents, loom } from "./command.js"
import { folder, type Samples } from "./samples.js"

let files: Samples
beforeAll(() => {
  files = folder()
})
afterAll(() => files.remove())

const line = span({ id: 1, name: "loom.run", attributes: { agent: "a" } })

const transcript = { parentUuid: null, sessionId: "s", type: "user", message: { role: "user", content: "hello" } }

const jaeger = { data: [{ traceID: "1", spans: [] }] }

const zipkin = [{ traceId: "1", id: "2", name: "get", timestamp: 1, duration: 2, localEndpoint: { serviceName: "a" } }]

/** A length-delimited field of a protobuf message. */
const field = (number: number, ...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([number << 3 | 2, content.length]), content])
}

/** An OTLP request with one span. */
const protobuf = field(
  1,
  field(1, field(1, field(1, Buffer.from("service.name")), field(2, field(1, Buffer.from("a"))))),
  field(2, field(2, field(1, Buffer.from("0123456789abcdef")), field(5, Buffer.from("chat"))))
)

const foreign: ReadonlyArray<readonly [what: string, content: string | Uint8Array, seems: string]> = [
  ["Jaeger JSON", JSON.stringify(jaeger), "Jaeger JSON"],
  ["pretty-printed Jaeger JSON", JSON.stringify(jaeger, null, 2), "Jaeger JSON"],
  ["a Jaeger trace alone", JSON.stringify(jaeger.data[0]), "Jaeger JSON"],
  ["Jaeger JSON in an array", JSON.stringify(jaeger.data), "Jaeger JSON"],
  ["Zipkin JSON", JSON.stringify(zipkin), "Zipkin JSON: export"],
  ["pretty-printed Zipkin JSON", JSON.stringify(zipkin, null, 2), "Zipkin JSON: export"],
  ["OTLP in protobuf", protobuf, "OTLP in protobuf: write it as JSON"],
  ["compressed OTLP in protobuf", gzipSync(protobuf), "OTLP in protobuf"],
  ["a Collector's protobuf", Buffer.concat([Buffer.from([0, 0, 0, protobuf.length]), protobuf]), "OTLP in protobuf"],
  [
    "OTLP without a valid id",
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"x"}]}]}]}\n`,
    "invalid OTLP/JSON"
  ],
  ["logs", `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}\n`, "OTLP metrics or logs, without spans"],
  [
    "a container log",
    `${JSON.stringify({ log: `${line}\n`, stream: "stdout" })}\n`,
    "a container log: extract"
  ],
  ["CSV", "trace_id,span_id,name\n1,2,x\n", "a table (CSV)"],
  ["records in one line", line + line, "records without line breaks between them: put each"],
  [
    "a duration that is not a number",
    `${line.replace(/"duration_ms":\d+/, "\"duration_ms\":1e400")}\n`,
    "invalid records"
  ],
  ["a line of 65 MiB", gzipSync(`{"kind":"span","name":"${"x".repeat(65 * 1024 * 1024)}"}\n`), "longer than 64 MiB"],
  ["zeros before a record", `${"\0".repeat(4096)}${line}\n`, "zeros, as left by a crash"],
  ["a transcript", `${JSON.stringify(transcript)}\n`, "a coding agent's transcript"],
  ["a compressed transcript", gzipSync(`${JSON.stringify(transcript)}\n`), "a coding agent's transcript"],
  ["a JSON array", `[${line}]`, "a JSON array"],
  ["a pretty-printed JSON array", JSON.stringify([JSON.parse(line)], null, 2), "a JSON array"],
  ["lines that end with only CR", `${line}\r${line}\r`, "CR line endings"],
  ["a zip archive", Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from(`\n${line}\n`)]), "a zip archive"],
  ["an empty zip archive", Buffer.from([0x50, 0x4b, 5, 6, ...Array<number>(18).fill(0)]), "an empty zip archive"],
  ["a compressed zip archive", gzipSync(`PK\u0003\u0004\n${line}\n`), "a zip archive"],
  ["compressed twice", gzipSync(gzipSync(`${line}\n`)), "compressed twice"],
  ["zstd", Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.from(`\n${line}\n`)]), "compressed with zstd"],
  ["LZ4", Buffer.concat([Buffer.from([4, 0x22, 0x4d, 0x18]), Buffer.from(`\n${line}\n`)]), "compressed with LZ4"],
  [
    "xz",
    Buffer.concat([Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), Buffer.from(`\n${line}\n`)]),
    "compressed with xz"
  ],
  ["zlib", Buffer.concat([Buffer.from([0x78, 0x9c]), Buffer.from(`\n${line}\n`)]), "compressed with zlib"],
  [
    "a tar archive",
    Buffer.from(`${"traces.jsonl".padEnd(257, "\0")}ustar\0`.padEnd(512, "\0") + `${line}\n`),
    "a tar archive"
  ],
  ["big-endian UTF-16", Buffer.from(`\ufeff${line}\n`, "utf16le").swap16(), "UTF-16"],
  ["compressed UTF-16", gzipSync(Buffer.from(`\ufeff${line}\n`, "utf16le")), "UTF-16"],
  ["UTF-32", Buffer.concat([...`\ufeff${line}\n`].map((each) => Buffer.from(`${each}\0`, "utf16le"))), "UTF-32"],
  ["UTF-32 without a mark", Buffer.concat([...line].map((each) => Buffer.from(`${each}\0`, "utf16le"))), "UTF-32"],
  ["UTF-16", Buffer.from(`\ufeff${line}\n`, "utf16le"), "UTF-16"],
  ["UTF-16 without a mark", Buffer.from(`${line}\n`, "utf16le"), "UTF-16"],
  ["text", "hello\n", "text that is not JSON. Only trace files of this package and spans in OTLP/JSON are read"],
  ["text without a newline", "hello", "text that is not JSON"]
]

const commands: ReadonlyArray<readonly [name: string, ...args: ReadonlyArray<string>]> = [
  ["stats"],
  ["cost"],
  ["tree"],
  ["find"],
  ["errors"],
  ["doctor"],
  ["tail"],
  ["export", "--to", "otlp"],
  ["export", "--to", "chrome"],
  ["view", "--out", "-"],
  ["view", "--serve"],
  ["replay", "--endpoint", "http://127.0.0.1:9"]
]

describe("a file that is not a trace file", { concurrent: true, timeout: 60_000 }, () => {
  it.each(foreign)("is rejected by stats, which says what it is: %s", async (what, content, seems) => {
    const path = files.write(`${what.replace(/\W/g, "-")}.jsonl`, content)
    const { code, stderr, stdout } = await loom(["stats", path])
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toContain(`no records in ${path}: it seems to be`)
    expect(stderr).toContain(seems)
  })

  it.each(commands)("is rejected by %s %s %s", async (...command) => {
    const path = files.write(`refused-${command.join("").replace(/\W/g, "")}.jsonl`, `${JSON.stringify(transcript)}\n`)
    const { code, stderr } = await loom([...command, path])
    expect(code).toBe(3)
    expect(stderr).toContain("it seems to be a coding agent's transcript")
  })

  it.each(commands)("is rejected by %s %s %s, even if it is OTLP without spans", async (...command) => {
    const path = files.write(`logs-${command.join("").replace(/\W/g, "")}.jsonl`, "{\"resourceLogs\":[{}]}\n")
    const { code, stderr } = await loom([...command, path])
    expect(code).toBe(3)
    expect(stderr).toContain("it seems to be OTLP metrics or logs, without spans")
  })

  it("leaves no page behind", async () => {
    const page = files.path("refused.html")
    const { code } = await loom(["view", "--out", page, files.write("refused.txt", "hello\n")])
    expect(code).toBe(3)
    expect(() => readFileSync(page)).toThrow("ENOENT")
  })

  it.each(["", "{\"kind\":\"span\",\"na"])(
    "is told apart from a trace file that has only just been started: %j",
    async (content) => {
      expect((await loom(["stats", files.write(`begun${content.length}.jsonl`, content)])).code).toBe(0)
    }
  )

  it("is rejected by view --serve at once if it is a directory", async () => {
    const path = files.path("directory")
    mkdirSync(path)
    const { code, stderr, stdout } = await loom(["view", "--serve", path])
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toContain("it is a directory")
  })
})

describe("a compressed file followed by other data", { concurrent: true, timeout: 60_000 }, () => {
  const reading = commands.filter(([name, flag]) => name !== "replay" && flag !== "--serve")

  it.each(reading)("is read with a warning by %s %s %s", async (...command) => {
    const name = `followed-${command.join("").replace(/\W/g, "")}.jsonl.gz`
    const path = files.write(name, Buffer.concat([gzipSync(`${line}\n`), Buffer.from("garbage")]))
    const { code, stderr, stdout } = await loom([...command, path])
    expect(code).toBe(command[0] === "doctor" ? 1 : 0)
    expect(stderr).toContain(`${path}: 7 bytes follow the compressed data, and cannot be read`)
    expect(stdout).not.toBe("")
    const whole = files.write(`whole-${name}`, gzipSync(`${line}\n`))
    const expected = (await loom([...command, whole])).stdout
    if (["cost", "tree", "find", "errors", "export"].includes(command[0]!)) {
      expect(stdout).toBe(expected)
    }
  })

  it("is read without a warning if the other data is zeros, even with a byte order mark", async () => {
    const path = files.write("padded.gz", Buffer.concat([gzipSync(`\ufeff${line}\n`), Buffer.alloc(512)]))
    expect(await loom(["stats", path])).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("an OTLP file", { concurrent: true, timeout: 60_000 }, () => {
  const golden = readFileSync(new URL("../readers/golden/vercel-6.jsonl", import.meta.url))

  it("is read by every command", async () => {
    const path = files.write("otlp.jsonl", golden)
    const [stats, cost, tree, find, doctor] = await Promise.all(
      ["stats", "cost", "tree", "find", "doctor"].map((command) => loom([command, "--json", path]))
    )
    expect(documents(stats!)[0]).toMatchObject({ spans: 5, failures: 1, usage: { tokens_in: 250, tokens_out: 30 } })
    expect(documents(cost!)[0]).toMatchObject({ rows: [{ label: "gpt-5", usage: { tokens_in: 250 } }] })
    expect(documents(tree!)[0]).toMatchObject({
      spans: [{ depth: 0 }, { depth: 1 }, { depth: 1 }, { depth: 1 }, { depth: 1 }]
    })
    expect(documents(find!)).toHaveLength(5)
    expect(documents(doctor!)[0]).toMatchObject({ records: 5, ok: true })
  })

  it("has its skipped measurements and log records reported once by every command", async () => {
    const metrics = {
      resourceMetrics: [{
        scopeMetrics: [{
          metrics: [{ name: "a", sum: { dataPoints: [{ asInt: "1" }, { asInt: "2" }] } }, {
            name: "b",
            histogram: { dataPoints: [{ count: "1" }] }
          }]
        }]
      }]
    }
    const logs = { resource_logs: [{ scope_logs: [{ log_records: [{ body: { string_value: "x" } }] }] }] }
    const mixed = [golden.toString().trimEnd(), JSON.stringify(metrics), JSON.stringify(logs), line].join("\n")
    const path = files.write("mixed.jsonl", `${mixed}\n`)
    const reading = commands.filter(([name, flag]) => name !== "replay" && flag !== "--serve")
    for (const command of [...reading, ["tree", "--last", "1"]]) {
      const { code, stderr } = await loom([...command, path])
      expect({ command, code }).toEqual({ command, code: 0 })
      const notice = `${path}: skipped 3 measurements and 1 log record of OTLP; only spans and scores are read`
      expect(stderr.split("\n").filter((each) => each === notice)).toEqual([notice])
    }
    const alone = await loom(["stats", files.write("metrics.jsonl", `${JSON.stringify(metrics)}\n`)])
    expect(alone).toMatchObject({ code: 3, stdout: "" })
    expect(alone.stderr).toContain("it seems to be OTLP metrics or logs, without spans")
    const empty = await loom(["stats", files.write("none.jsonl", "{\"resourceSpans\":[]}\n")])
    expect(empty.code).toBe(0)
  })

  it("exported by this package gives the tree of the source", async () => {
    const source = files.write(
      "source.jsonl",
      `${span({ id: 2, parent: 1, name: "loom.tool", attributes: { tool: "t", ok: true } })}\n${line}\n`
    )
    const { stdout } = await loom(["export", "--to", "otlp", source])
    const [a, b] = await Promise.all(
      [source, files.write("exported.jsonl", stdout)].map((path) => loom(["tree", path]))
    )
    expect(b!.stdout).toBe(a!.stdout)
  })
})

describe("tree", { timeout: 60_000 }, () => {
  it("shows seconds, rounded dollars, and session and user once", async () => {
    const owner = { session_id: "s", user_id: "u" }
    const call = { model: "m", tokens_in: 5, tokens_out: 3, cost_usd: 0.034307, ...owner }
    const path = files.write(
      "shown.jsonl",
      [
        span({ id: 2, parent: 1, name: "loom.model.stream", ms: 14_552, attributes: call }),
        span({ id: 1, name: "loom.run", ms: 14_600, attributes: { agent: "a", ...owner } })
      ].map((each) => `${each}\n`).join("")
    )
    const { stdout } = await loom(["tree", path])
    const [root, model] = stdout.split("\n")
    expect(root).toContain("(14.6s)")
    expect(root).toContain("[5 in, 3 out, $0.0343]")
    expect(root).toContain("session_id=s, user_id=u")
    expect(model).toContain("(14.6s)")
    expect(model).not.toContain("session_id")
    expect(model).not.toContain("user_id")
  })
})
