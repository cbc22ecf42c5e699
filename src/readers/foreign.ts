/**
 * Says what a file without a single record seems to be, in a few words, from its first bytes and its first line: the wrong file should be recognised at once.
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

/** JSON of other tools, by how the first line starts. */
const forms: ReadonlyArray<readonly [form: RegExp, what: string]> = [
  [/^\{\s*"data"\s*:\s*\[\s*(?:\{\s*"traceID"|\])/, "Jaeger JSON: export the traces as OTLP/JSON instead"],
  [/^\[\s*\{[^]*"(?:localEndpoint|parentId)"/, "Zipkin JSON: export the traces as OTLP/JSON instead"],
  [/^(?:\{\s*"traceEvents"|\[\s*\{[^}]*"ph"\s*:)/, "trace events of Chrome or Perfetto"],
  [/^\[/, "a JSON array: write one element per line, as `jq -c '.[]'` does"],
  [/^\{\s*"resource(?:Metrics|Logs)"/, "OTLP metrics or logs, without spans"],
  [/^\{[^]*"(?:parentUuid|sessionId|leafUuid)"\s*:/, "a coding agent's transcript"],
  [
    /^\{[^]*"type"\s*:\s*"(?:user|assistant|summary|session_meta|response_item|event_msg|file-history-snapshot)"/,
    "a coding agent's transcript"
  ],
  [/^\{\s*"(?:messages|role)"\s*:/, "chat messages"],
  [/^\{[^]*"(?:level|severity|msg|message)"\s*:/, "log lines in JSON"],
  [/^\{[^]*"kind"\s*:/, "JSON lines with records of another kind"],
  [/^\{/, "JSON of another form"],
  [/^\s*<(?:!doctype|html)/i, "an HTML page"],
  [/^\s*</, "XML"]
]

const has = (bytes: Uint8Array, part: ReadonlyArray<number>, offset: number): boolean =>
  part.every((byte, index) => bytes[offset + index] === byte)

/** What data is that is no text at all, by its first bytes: nothing in it can be read. */
export const binaryFormat = (head: Uint8Array): string | undefined =>
  magic.find(([part, , offset = 0]) => has(head, part, offset))?.[1]

/** What data seems to be, given its first bytes, after decompression, and the start of its first line. */
export const seemsToBe = (head: Uint8Array, firstLine: string): string => {
  const known = binaryFormat(head)
  if (known !== undefined) {
    return known
  }
  const start = head.subarray(0, 512)
  const zeros = start.filter((byte) => byte === 0).length
  if (zeros > 0) {
    return zeros * 5 > start.length * 3
      ? "UTF-32 text: convert it to UTF-8 first"
      : zeros * 3 > start.length
      ? "UTF-16 text: convert it to UTF-8 first"
      : "binary data"
  }
  if (hasOldLineEnds(head)) {
    return "text whose lines end with CR alone: convert its line ends first"
  }
  return forms.find(([form]) => form.test(firstLine))?.[1] ?? "text that is not JSON"
}

/** Whether data is a line of this package that was cut off: a file that was only just begun is not the wrong one. */
export const isBegun = (head: Uint8Array, line: string): boolean =>
  "{\"kind\":\"".startsWith(line.slice(0, 9)) && !hasOldLineEnds(head)

/** Whether lines end with CR alone, as on the first Macintosh. */
const hasOldLineEnds = (head: Uint8Array): boolean => head.includes(carriageReturn) && !head.includes(newline)

const carriageReturn = 13
const newline = 10
