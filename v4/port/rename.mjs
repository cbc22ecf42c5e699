/** Applies the table in renames.mjs to one file's text. */
import { calls, importable, members, modules, moved, places, shapes } from "./renames.mjs"

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")
const wholeName = (name) => new RegExp(`(?<![\\w.])${escaped(name)}\\b`, "g")

/** Each rule as a pattern and its replacement. A namespace is renamed before its members. */
const rules = [
  ...modules.flatMap(([from, to, namespace, renamed]) => [
    [new RegExp(`"${escaped(from)}"`, "g"), `"${to}"`],
    ...(namespace === undefined
      ? []
      : [
        [new RegExp(`\\* as ${namespace} from "${escaped(to)}"`, "g"), `* as ${renamed} from "${to}"`],
        [new RegExp(`(?<![\\w."])${namespace}\\.(?=\\w)`, "g"), `${renamed}.`]
      ])
  ]),
  ...Object.entries(moved).map(([from, to]) => [wholeName(from), to]),
  ...Object.entries(members).flatMap(([namespace, names]) =>
    Object.entries(names).map(([from, to]) => [wholeName(`${namespace}.${from}`), `${namespace}.${to}`])
  ),
  ...shapes
]

/** The position of the bracket that closes the one before `from`, and the arguments in between. Quoted strings may contain brackets. */
const argumentsFrom = (text, from) => {
  const args = []
  let depth = 1
  let begin = from
  let quote
  for (let at = from; at < text.length; at++) {
    const char = text[at]
    if (quote !== undefined) {
      quote = char === quote && text[at - 1] !== "\\" ? undefined : quote
    } else if ("\"'`".includes(char)) {
      quote = char
    } else if ("([{".includes(char)) {
      depth++
    } else if (")]}".includes(char) && --depth === 0) {
      const last = text.slice(begin, at).trim()
      return { args: last === "" ? args : [...args, last], end: at + 1 }
    } else if (char === "," && depth === 1) {
      args.push(text.slice(begin, at).trim())
      begin = at + 1
    }
  }
  throw new Error(`no end to the call at: ${text.slice(from, from + 60)}`)
}

const withCalls = (text, [name, make]) => {
  let rest = text
  for (let at = rest.indexOf(`${name}(`); at !== -1; at = rest.indexOf(`${name}(`, at + 1)) {
    const { args, end } = argumentsFrom(rest, at + name.length + 1)
    // A rule that returns nothing leaves the call unchanged.
    rest = `${rest.slice(0, at)}${make(...args) ?? rest.slice(at, end)}${rest.slice(end)}`
  }
  return rest
}

/** Adds an import for a module that is used but not imported yet, before the first import. */
const withImport = (text, name) =>
  new RegExp(`(?<![\\w."])${name}\\.`).test(text) && !new RegExp(`\\b${name}\\b[^"\\n]* from "`).test(text)
    ? text.replace(/^import /m, `import * as ${name} from "effect/${name}"\nimport `)
    : text

/** Turns a type-only import into a regular one, if a rule made the file use values of the module. */
const withValues = (text) =>
  text.replace(
    /^import type (\* as (\w+) from ".*"\n)/gm,
    (line, what, name) => new RegExp(`(?<![\\w."])${name}\\.[a-z]`).test(text) ? `import ${what}` : line
  )

/** Imports each name that has its own module from there; the others stay. */
const withPlaces = (text) =>
  text.replace(
    /^import (type )?\{ ([^}]+) \} from "(effect|@effect\/(?:platform|ai|rpc))"\n/gm,
    (_, type = "", names, from) => {
      const all = names.split(",").map((name) => name.trim())
      const placeOf = (name) => places[name.replace(/^type /, "")]
      const stay = all.filter((name) => placeOf(name) === undefined)
      const go = all.filter((name) => placeOf(name) !== undefined).map((name) => {
        const isType = type !== "" || name.startsWith("type ")
        return `import ${isType ? "type " : ""}* as ${name.replace(/^type /, "")} from "${placeOf(name)}"\n`
      })
      return [...stay.length === 0 ? [] : [`import ${type}{ ${stay.join(", ")} } from "${from}"\n`], ...go].join("")
    }
  )

/** Removes duplicate imports of a namespace; if one of two is type-only, the other stays. */
const withoutRepeats = (text) => {
  const pattern = /^import (?:type )?(\* as \w+ from "[^"]+")\n/gm
  const kept = new Set()
  const whole = new Set(
    [...text.matchAll(pattern)].filter(([line]) => !line.startsWith("import type")).map(([, what]) => what)
  )
  return text.replace(pattern, (line, what) => {
    if (kept.has(what) || (line.startsWith("import type") && whole.has(what))) {
      return ""
    }
    kept.add(what)
    return line
  })
}

/** The text, renamed for Effect 4. */
export const rename = (text) => {
  const called = Object.entries(calls).reduce(withCalls, withPlaces(text))
  const renamed = rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), called)
  return withValues(withoutRepeats(importable.reduce(withImport, renamed)))
}
