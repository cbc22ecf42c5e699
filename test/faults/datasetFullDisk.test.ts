/**
 * No space left for a dataset: `dataset add` removes what it could not write completely.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { loom } from "../cli/command.js"
import { span } from "../readers/lines.js"
import { tmpfs } from "./disks/disk.js"
import { temporaryPath } from "./disks/folder.js"
import { faultRow } from "./row.js"

faultRow("file", "full disk: dataset add fails with an error, and does not change the dataset", async (row) => {
  const disk = tmpfs(row, "256k")
  const cases = join(disk.folder, "cases.jsonl")
  const before = "{\"id\":\"first\",\"input\":\"Go\"}\n"
  writeFileSync(cases, before)
  const traces = temporaryPath()
  // Longer than what is left of the dataset's last page, which a full disk still takes.
  const input = "moth ".repeat(4000)
  writeFileSync(traces, `${span({ id: 1, name: "loom.run", attributes: { agent: "a", input } })}\n`)
  disk.fill()
  const refused = await loom(["dataset", "add", cases, traces])
  expect(refused).toMatchObject({ code: 3, stdout: "" })
  expect(refused.stderr).toContain(`cannot write ${cases}: no space left on the device`)
  expect(readFileSync(cases, "utf8")).toBe(before)
  disk.free()
  expect(await loom(["dataset", "add", cases, traces])).toMatchObject({ code: 0, stdout: `added 1 case to ${cases}\n` })
  expect(readFileSync(cases, "utf8").split("\n")).toHaveLength(3)
})
