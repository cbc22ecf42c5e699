/**
 * Removes media from content: bytes never become part of a record. Instead, a record has a note with the kind of media, its media type, size and
 * digest.
 *
 * Works on bytes, base64 and `data:` URLs, anywhere in messages, arguments and results. The work is linear, and long media is read in pieces, so that
 * the process can do other work in between.
 */
import * as Effect from "effect/Effect"
import { ItemBudget } from "../../records/itemBudget.js"
import { handled } from "../../records/promises.js"
import { hex } from "../../records/sha256.js"
import { base64Bytes, inPieces, type Paced, percentBytes } from "./mediaBytes.js"
import { findMedia, mayHoldMedia, readHeader } from "./mediaText.js"

/** The note that replaces media in a record. */
interface Note {
  /** `image`, `audio`, `video`, or `document` for everything else. */
  readonly kind: string
  readonly media_type: string
  /** Bytes. */
  readonly size: number
  /** SHA-256 in hexadecimal; absent where the platform has no Web Crypto. */
  readonly digest?: string
}

/** Media in content. Its note is available once it has been read. */
class Media {
  private note: Note | undefined = undefined

  constructor(
    private readonly data: Uint8Array | string,
    private readonly mediaType: string | undefined,
    private readonly isBase64: boolean
  ) {}

  readonly read: Effect.Effect<void> = Effect.gen(this, function*() {
    const bytes = typeof this.data === "string" ? yield* inPieces(bytesOf(this.data, this.isBase64)) : this.data
    const mediaType = this.mediaType ?? "application/octet-stream"
    const kind = mediaType.split("/")[0]!
    const digest = yield* digestOf(bytes)
    this.note = {
      kind: kind === "image" || kind === "audio" || kind === "video" ? kind : "document",
      media_type: mediaType,
      size: bytes.length,
      ...(digest !== undefined && { digest: `sha256:${digest}` })
    }
  })

  toJSON(): Note | undefined {
    return this.note
  }

  toString(): string {
    const { digest = "", media_type = "", size = 0 } = this.note ?? {}
    return `<${media_type}, ${size} bytes${digest === "" ? "" : `, ${digest}`}>`
  }
}

// Text that claims to be base64 but is not is used as is.
function* bytesOf(text: string, isBase64: boolean): Paced<Uint8Array> {
  return (isBase64 ? yield* base64Bytes(text) : yield* percentBytes(text)) ?? new TextEncoder().encode(text)
}

/** A text that may contain media. */
class TextWithMedia {
  private readonly pieces: Array<string | Media> = []

  constructor(private readonly text: string) {}

  readonly read: Effect.Effect<void> = Effect.gen(this, function*() {
    let from = 0
    for (const found of yield* inPieces(findMedia(this.text))) {
      const media = new Media(found.payload, found.mediaType, found.isBase64)
      yield* media.read
      this.pieces.push(this.text.slice(from, found.start), media)
      from = found.end
    }
    this.pieces.push(this.text.slice(from))
  })

  toJSON(): string {
    return this.pieces.join("")
  }

  toString(): string {
    return this.pieces.join("")
  }
}

interface Findings {
  readonly media: Array<Media | TextWithMedia>
  readonly items: ItemBudget
}

/** About how many items the lists and objects of one value may have in total. */
const mostItems = 8000

/** The value with notes instead of media, and with very long lists shortened. Takes strings and whatever `JSON.stringify` takes. */
export const withoutMedia = (value: unknown): Effect.Effect<unknown> =>
  Effect.suspend(() => {
    const found: Findings = { media: [], items: new ItemBudget(mostItems) }
    const replaced = replace(value, found, new Set())
    return Effect.as(Effect.forEach(found.media, ({ read }) => read, { discard: true }), replaced)
  })

const replace = (given: unknown, found: Findings, parents: Set<object>): unknown => {
  const value = handled(given)
  if (typeof value === "string") {
    return replaceText(value, found)
  }
  if (typeof value !== "object" || value === null || parents.has(value)) {
    return value
  }
  parents.add(value)
  const replaced = replaceObject(value, found, parents)
  parents.delete(value)
  return replaced
}

const replaceObject = (value: object, found: Findings, parents: Set<object>): unknown => {
  if (ArrayBuffer.isView(value)) {
    return keep(found, new Media(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), undefined, false))
  }
  if (value instanceof ArrayBuffer) {
    return keep(found, new Media(new Uint8Array(value), undefined, false))
  }
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return replace(value.toJSON(), found, parents)
  }
  if (Array.isArray(value)) {
    return found.items.list(value).map((item) => replace(item, found, parents))
  }
  if ("type" in value && value.type === "Buffer" && "data" in value && isBytes(value.data)) {
    return keep(found, new Media(Uint8Array.from(value.data), undefined, false))
  }
  const mediaType = mediaTypeOf(value)
  return Object.fromEntries(
    found.items.entries(value).map(([key, item]) => [
      key,
      key === "data" && mediaType !== undefined ? replaceData(item, mediaType, found) : replace(item, found, parents)
    ])
  )
}

/** Whether these are the bytes of a Node `Buffer` in JSON. */
const isBytes = (data: unknown): data is ReadonlyArray<number> =>
  Array.isArray(data) && data.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)

/** The media type that an object declares for its `data`: a file in a prompt, or content in the form of MCP or a vendor. */
const mediaTypeOf = (value: object): string | undefined =>
  ["mediaType", "media_type", "mimeType", "mime_type"]
    .map((key) => (value as { readonly [key: string]: unknown })[key])
    .find((type) => typeof type === "string")

const replaceData = (data: unknown, mediaType: string, found: Findings): unknown => {
  if (data instanceof Uint8Array) {
    return keep(found, new Media(data, mediaType, false))
  }
  const text = data instanceof URL ? data.href : data
  if (typeof text !== "string" || (text.includes(":") && !text.startsWith("data:"))) {
    return text instanceof Object ? replace(text, found, new Set()) : text
  }
  const url = text.startsWith("data:") ? readHeader(text, 0) : undefined
  return keep(found, new Media(text.slice(url?.end ?? 0), url?.mediaType ?? mediaType, url?.isBase64 ?? true))
}

const replaceText = (text: string, found: Findings): unknown =>
  mayHoldMedia(text) ? keep(found, new TextWithMedia(text)) : text

const keep = <A extends Media | TextWithMedia>(found: Findings, media: A): A => {
  found.media.push(media)
  return media
}

const digestOf = (bytes: Uint8Array): Effect.Effect<string | undefined> =>
  Effect.tryPromise(() => globalThis.crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>)).pipe(
    Effect.map((digest) => hex(new Uint8Array(digest))),
    Effect.orElseSucceed(() => undefined)
  )
