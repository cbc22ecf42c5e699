import { describe, expect, it } from "vitest"
import { entriesOf } from "../../src/readers/TraceEntry.js"
import { findingsOf } from "../../src/viewer/model/findings.js"
import { bookOf } from "./book.js"
import { fileOf, lineOf, smallFile, spanId, traceId } from "./samples.js"

const placesOf = (kind: string, files: ReadonlyArray<string>) =>
  findingsOf(files.flatMap(entriesOf)).find((finding) => finding.kind === kind)?.places

describe("the findings of the page", () => {
  it("name the spans that they concern", () => {
    const late = fileOf([lineOf({ id: 5, trace: 7, parent: 99, name: "late", start: 0, end: 1 })])
    expect(placesOf("open-span", [smallFile(), late])).toEqual([
      { example: "loom.run", span: { traceId: traceId(2), spanId: spanId(9) } }
    ])
    expect(placesOf("orphan-span", [smallFile(), late])).toEqual([
      { example: "late", span: { traceId: traceId(7), spanId: spanId(5) } }
    ])
  })

  it("name no span for lines without one", () => {
    expect(placesOf("torn-line", [smallFile().trimEnd()])).toMatchObject([{ span: undefined }])
    expect(placesOf("bad-line", ["nonsense\n"])).toMatchObject([{ span: undefined }])
  })

  it("are empty for a good file, and computed again only after new records", () => {
    const book = bookOf(fileOf([lineOf({ id: 1, name: "loom.run", start: 0, end: 1 })]))
    expect(book.findings).toEqual([])
    expect(book.findings).toBe(book.findings)
    entriesOf(fileOf([lineOf({ id: 2, name: "open", start: 0 })])).forEach((entry) => book.add(entry))
    expect(book.findings.map(({ kind }) => kind)).toEqual(["open-span"])
  })
})
