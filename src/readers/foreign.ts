/**
 * Guesses what a file without a single record is, in a few words, from its first bytes and its first line, so that users notice a wrong file at once.
 */

/** Formats that are not text, by their magic numbers: the bytes at the start, or at an offset. */
const magic: ReadonlyArray<readonly [bytes: ReadonlyArray<number>, what: string, offset?: number]> = [
  [[0x50, 0x4b, 0x03, 0x04], "a zip archive: unpack it first"],
  [[0x50, 0x4b, 0x05, 0x06], "an empty zip archive"],
  [[0x50, 0x4b, 0x07, 0x08], "a zip archive: unpack it first"],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive: unpack it first"],
  [[0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], "a RAR archive: unpack it first"],
  [[0x75, 0x73, 0x74, 0x61, 0x72], "a tar archive: unpack it first", 257],
  [[0x1f, 0x8b], "compressed twice: decompress it once first"],
  [[0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd: decompress it first"],
  [[0x04, 0x22, 0x4d, 0x18], "compressed with LZ4: decompress it first"],
  [[0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59], "compressed with Snappy: decompress it first"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "compressed with xz: decompress it first"],
  [[0x42, 0x5a, 0x68], "compressed with bzip2: decompress it first"],
  [[0x1f, 0x9d], "compressed with compress (.Z): decompress it first"],
  [[0x78, 0x01], "compressed with zlib, without gzip's header"],
  [[0x78, 0x9c], "compressed with zlib, without gzip's header"],
  [[0x78, 0xda], "compressed with zlib, without gzip's header"],
  [[0x50, 0x41, 0x52, 0x31], "a Parquet file"],
  [[0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], "an SQLite database"],
  [[0x25, 0x50, 0x44, 0x46], "a PDF"],
  [[0xff, 0xfe, 0x00, 0x00], "UTF-32 text: convert it to UTF-8 first"],
  [[0x00, 0x00, 0xfe, 0xff], "UTF-32 text: convert it to UTF-8 first"],
  [[0xff, 0xfe], "UTF-16 text: convert it to UTF-8 first"],
  [[0xfe, 0xff], "UTF-16 text: convert it to UTF-8 first"]
]

/** Text formats of other tools, by how the first line starts. */
const forms: ReadonlyArray<readonly [form: RegExp, what: string]> = [
  [
    /^\{[^\n]*\}\{\s*"kind"\s*:/,
    "records without line breaks between them: put each on a line of its own, as `jq -c .` does"
  ],
  [
    /^\{\s*"kind"\s*:\s*"(?:span|span_start|metric|score|dropped)"/,
    "invalid records, or a line longer than 64 MiB: check the first line"
  ],
  [
    /^\{\s*"resource_?[Ss]pans"/,
    "invalid OTLP/JSON, or a document larger than 64 MiB: write one request per line"
  ],
  [
    /^(?:\{\s*"data"\s*:\s*\[\s*(?:\{\s*"traceID"|\])|\[?\s*\{\s*"traceID")/,
    "Jaeger JSON: export the traces as OTLP/JSON instead"
  ],
  [/^\[\s*\{[^]*"(?:localEndpoint|parentId)"/, "Zipkin JSON: export the traces as OTLP/JSON instead"],
  [/^(?:\{\s*"traceEvents"|\[\s*\{[^}]*"ph"\s*:)/, "Chrome or Perfetto trace events"],
  [/^\[/, "a JSON array: write one element per line, as `jq -c '.[]'` does"],
  [/^\{\s*"resource(?:Metrics|Logs)"/, "OTLP metrics or logs, without spans"],
  [/^\{[^]*"(?:parentUuid|sessionId|leafUuid)"\s*:/, "a coding agent's transcript"],
  [
    /^\{[^]*"type"\s*:\s*"(?:user|assistant|summary|session_meta|response_item|event_msg|file-history-snapshot)"/,
    "a coding agent's transcript"
  ],
  [/^\{\s*"(?:messages|role)"\s*:/, "chat messages"],
  [/^\{\s*"log"\s*:\s*"/, "a container log: extract the lines, for example with `jq -r .log`"],
  [/^\{[^]*"(?:level|severity|msg|message)"\s*:/, "log lines in JSON"],
  [/^\{[^]*"kind"\s*:/, "JSON lines with other kinds of records"],
  [/^\{/, "some other JSON"],
  [/^\s*<(?:!doctype|html)/i, "an HTML page"],
  [/^\s*</, "XML"],
  [/^"?[\w.]+"?(?:[,;\t]"?[\w.]+"?)+\s*$/, "a table (CSV)"]
]

const has = (bytes: Uint8Array, part: ReadonlyArray<number>, offset: number): boolean =>
  part.every((byte, index) => bytes[offset + index] === byte)

/** The format of binary data, by its first bytes; `undefined` if it may be text. */
export const binaryFormat = (head: Uint8Array): string | undefined =>
  magic.find(([part, , offset = 0]) => has(head, part, offset))?.[1]

/** What data seems to be, given its first bytes, after decompression, and the start of its first line. */
export const seemsToBe = (head: Uint8Array, firstLine: string): string => {
  const known = binaryFormat(head)
  if (known !== undefined) {
    return known
  }
  if (isProtobuf(head)) {
    return "OTLP in protobuf: write it as JSON instead, for example with `format: json` in the Collector's file exporter"
  }
  const start = head.subarray(0, 512)
  const zeros = start.filter((byte) => byte === 0).length
  if (zeros > 0) {
    return zeros * 5 > start.length * 4
      ? "zeros, as left by a crash"
      : zeros * 5 > start.length * 3
      ? "UTF-32 text: convert it to UTF-8 first"
      : zeros * 3 > start.length
      ? "UTF-16 text: convert it to UTF-8 first"
      : "binary data"
  }
  if (hasCrLineEndings(head)) {
    return "text with CR line endings: convert them to LF first"
  }
  const text = firstLine === "[" ? textOf(head) : firstLine
  return forms.find(([form]) => form.test(text))?.[1] ?? "text that is not JSON"
}

const textOf = (head: Uint8Array): string => new TextDecoder().decode(head)

/** Whether data is a protobuf message whose first field is a message, as in OTLP requests. A Collector writes its length before it. */
const isProtobuf = (head: Uint8Array): boolean =>
  head.some((byte) => byte < 9 || byte > 13 && byte < 27) && [0, 4].some((at) => {
    let end = at + 1
    while (head[end]! >= 128) {
      end++
    }
    return head[at] === firstField && (head[end + 1] === firstField || head[end + 1] === secondField)
  })

/** The first bytes of the length-delimited fields 1 and 2. */
const [firstField, secondField] = [0x0a, 0x12]

/** Whether data is a truncated line of this package: a file whose writing has only just begun is not a wrong file. */
export const isRecordStart = (head: Uint8Array, line: string): boolean =>
  "{\"kind\":\"".startsWith(line.slice(0, 9)) && !hasCrLineEndings(head) && !textOf(head).includes("}{\"kind\":")

/** Whether lines end with CR alone, as on classic Mac OS. */
const hasCrLineEndings = (head: Uint8Array): boolean => head.includes(carriageReturn) && !head.includes(newline)

const carriageReturn = 13
const newline = 10
