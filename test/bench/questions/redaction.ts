/**
 * How slow is redaction for text that is made to be slow? Per character, compared with prose, for 1 MiB and for 16 KiB.
 *
 * The slowest of many texts counts: every part of a rule, repeated, and texts that used to take quadratic time.
 */
import { Redactor } from "../../../src/records/redact/Redactor.js"
import { known, singleParts } from "../../properties/slowTexts.js"
import type { Question, Reading } from "../Case.js"
import { cpuNanos, median } from "../measure.js"

const long = 1 << 20
const short = 1 << 14
const rounds = 5

/** Prose as people and models write it, with colons, quotes, hyphens, a URL, and words such as "basic", which the rules have to examine. */
const prose =
  `The agent answered in two parts: first it listed the cities (Bern, Basel and Geneva), then it asked what "near" means.
That is basic geography, and the task-oriented plan from before still holds. It took 1.8 seconds - more than usual. Why? It called
the tool twice: once for https://maps.example/cities?country=ch, and once more because the first answer was late. The rest is in the
notes of 10:30; nothing else was found, so it stopped there.\n`

const redactor = new Redactor()

/** Nanoseconds per character, searching the whole text; short texts are repeated to the same total. */
const costOf = (text: string): number => {
  const times = Math.round(long / text.length)
  const found = Array.from({ length: rounds }, () => {
    const start = cpuNanos()
    for (let time = 0; time < times; time++) {
      redactor.text(text, Infinity)
    }
    return (cpuNanos() - start) / (times * text.length)
  })
  return median(found)
}

const ofProse = (length: number): Reading => ({ value: costOf(prose.repeat(length / prose.length)) })

const slowest = (length: number): Reading => {
  const texts = [
    ...singleParts.map((part) => part.repeat(length / part.length)),
    ...Object.values(known).map((make) => make(length))
  ]
  return { value: Math.max(...texts.map(costOf)) }
}

export const cases: Question["cases"] = {
  prose: () => ofProse(long),
  slow: () => slowest(long),
  shortSlow: () => slowest(short)
}
