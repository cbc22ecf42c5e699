/**
 * A tool call of a played run: it returns the recorded result, and its handler does not run.
 */
import * as Effect from "effect/Effect"
import { tapeSum } from "../../records/tape.js"
import { Telemetry } from "../../telemetry/Telemetry.js"
import { Recording } from "./Recording.js"
import type { TapedSpan, TapePlace } from "./TapePlace.js"

/** The failure of a played tool: recorded like the original failure, with the original text for the model. */
export class PlayedFailure extends Error {
  constructor(described: string, readonly forModel: string) {
    const [name, ...rest] = described.split(": ")
    super(rest.join(": "))
    this.name = name ?? "Error"
  }
}

/** Sets the complete result on the current span as JSON, if the call is recorded. */
export const recordResult = (json: () => string): Effect.Effect<void> =>
  Effect.flatMap(Recording, (recording) => {
    if (!recording) {
      return Effect.void
    }
    const result = json()
    return Telemetry.annotate({ result, tape: JSON.stringify({ result: tapeSum(result) }) })
  })

/** The recorded result of a tool. */
export const recordedResult = ({ attributes }: TapedSpan): unknown => {
  const { result } = attributes
  return typeof result === "string" ? JSON.parse(result) : undefined
}

/** Whether there is a model call inside the span. */
export const holdsCalls = (span: TapedSpan): boolean =>
  span.children.some((child) => child.role === "model" || holdsCalls(child))

/** The recorded span of this place, after its recorded time. Ends the run if there is none. */
export const playedSpan = (place: TapePlace): Effect.Effect<TapedSpan> => {
  const { span, tape } = place
  const tool = JSON.stringify(place.next?.attributes["tool"])
  return tape.divergence !== undefined
    ? Effect.die(tape.divergence)
    : span === undefined
    ? tape.diverge(
      place,
      `the recorded run has no such call of the tool ${tool}`
    )
    : Effect.as(place.pace(span.durationMs), span)
}
