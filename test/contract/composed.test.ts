/**
 * Spans on a fiber without the internals of Effect 3.22: built from Effect's own operators, they fulfil the same contract.
 */
import { vi } from "vitest"
import { inMemory } from "./subjects.js"
import { telemetryContract } from "./telemetryContract.js"

vi.mock("../../src/telemetry/tracing/fiber.js", async (importOriginal) => ({
  ...await importOriginal<object>(),
  isWritable: () => false,
  runInSpan: () => {
    throw new Error("such a fiber cannot be written to")
  }
}))

telemetryContract("composed of Effect's operators", inMemory)
