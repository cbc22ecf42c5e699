/**
 * The conditions on spans that `find` takes.
 */
import * as Either from "effect/Either"
import { signs } from "../../readers/signs.js"
import { hasFailed, type TraceNode } from "../../readers/TraceTree.js"
import type { AttributeValue } from "../../records/attributes.js"
import type { ValueType } from "../options.js"

export type Condition = (node: TraceNode) => boolean

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&")

/** A name where `*` matches any text, or a regular expression between slashes. */
export const namePattern: ValueType<Condition> = {
  placeholder: "NAME",
  read: (text) => {
    const match = /^\/(.*)\/([a-z]*)$/.exec(text)
    const pattern = match === null
      ? Either.right(new RegExp(`^${text.split("*").map(escaped).join(".*")}$`, "s"))
      : regularExpression(match[1]!, match[2]!)
    return Either.map(pattern, (expression) => (node: TraceNode) => expression.test(node.name))
  }
}

const regularExpression = (source: string, flags: string): Either.Either<RegExp, string> =>
  Either.try({
    try: () => new RegExp(source, flags.replace(/[gy]/g, "")),
    catch: () => "a valid regular expression"
  })

const shown = (value: AttributeValue): string => typeof value === "string" ? value : JSON.stringify(value)

/** `key` (is set), `key=value`, `key!=value`, `key>1`, `key~regex`. */
export const attributeCondition: ValueType<Condition> = {
  placeholder: "CONDITION",
  read: (text) => {
    const match = /^([^=!<>~]+)(?:(!=|>=|<=|=|>|<|~)([^]*))?$/.exec(text)
    if (match === null) {
      return Either.left("key, key=value, key!=value, key>1 or key~regex")
    }
    const [, key = "", sign, operand = ""] = match
    if (sign === undefined) {
      return Either.right((node) => Object.hasOwn(node.attributes, key))
    }
    if (sign === "~") {
      return Either.map(
        regularExpression(operand, ""),
        (expression) => (node: TraceNode) => has(node, key, (value) => expression.test(shown(value)))
      )
    }
    if (/[<>]/.test(sign) && (operand.trim() === "" || Number.isNaN(Number(operand)))) {
      return Either.left(`a number after ${sign}`)
    }
    return Either.right((node) =>
      has(node, key, (value) =>
        sign === "="
          ? shown(value) === operand
          : sign === "!="
          ? shown(value) !== operand
          : typeof value === "number" && signs[sign]!(value, Number(operand)))
    )
  }
}

const has = (node: TraceNode, key: string, holds: (value: AttributeValue) => boolean): boolean =>
  Object.hasOwn(node.attributes, key) && holds(node.attributes[key]!)

export const outcomes = ["success", "failure", "interrupted", "open"] as const

/** Whether a span has this outcome. A tool that is not `ok` failed, whatever its own outcome. */
export const hasOutcome = (outcome: (typeof outcomes)[number]): Condition => (node) =>
  outcome === "open"
    ? node.outcome === undefined
    : outcome === "failure"
    ? hasFailed(node)
    : node.outcome === outcome && !hasFailed(node)
