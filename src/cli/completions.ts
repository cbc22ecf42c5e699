/**
 * `--completions SHELL`: a script that completes commands, options and their values.
 */
import type { Command } from "./command.js"
import { namesOf, type OptionSpec } from "./options.js"

export const shells = ["bash", "zsh", "fish"] as const

export const completionScript = (shell: (typeof shells)[number], commands: ReadonlyArray<Command>): string =>
  scripts[shell](commands)

/** Quotes a text for every shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

const namesOfAll = ({ options }: Command): ReadonlyArray<string> =>
  Object.entries(options).flatMap(([name, option]) => namesOf(name, option))

const reply = (words: ReadonlyArray<string>): string => `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current"))`

/** Completes the values of options. Without a branch, bash offers files. */
const bashValues = ({ name: command, options }: Command): ReadonlyArray<string> =>
  Object.entries<OptionSpec>(options).flatMap(([name, option]) => {
    const values = option.type?.completion
    return values === undefined || values === "files"
      ? []
      : [`    ${namesOf(name, option).map((each) => `"${command} ${each}"`).join("|")}) ${reply(values)} ;;`]
  })

/** Works with bash 3.2, the version on macOS. */
const bashScript = (commands: ReadonlyArray<Command>): string => {
  const names = commands.map(({ name }) => name)
  return `# bash completions of loom-telemetry. In ~/.bashrc: eval "$(loom-telemetry --completions bash)"
_loom_telemetry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  # bash splits --by=model into three words.
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$before" = "=" ]; then
    before="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    ${reply([...names, "help", "--help", "--version", "--completions"])}
    return
  fi
  case "$command $before" in
    "help help") ${reply(names)} ;;
    "--completions --completions") ${reply(shells)} ;;
${commands.flatMap(bashValues).join("\n")}
    *) case "$current" in -*) case "$command" in
${commands.map((command) => `      ${command.name}) ${reply(namesOfAll(command))} ;;`).join("\n")}
    esac ;; esac ;;
  esac
}
complete -o bashdefault -o default -F _loom_telemetry loom-telemetry
`
}

/** Escapes the characters that separate the parts of a zsh specification. */
const zshEscaped = (text: string): string => text.replace(/[\\:[\]]/g, "\\$&")

const zshValue = ({ type }: OptionSpec): string =>
  type === undefined
    ? ""
    : type.completion === "files"
    ? ":file:_files"
    : `:value:${type.completion === undefined ? " " : `(${type.completion.join(" ")})`}`

const zshBranch = ({ name: command, options }: Command): string => {
  const specifications = Object.entries(options).flatMap(([name, option]) =>
    namesOf(name, option).map((each) => quoted(`${each}[${zshEscaped(option.description)}]${zshValue(option)}`))
  )
  return `    ${command}) _arguments ${specifications.join(" ")} '*:file:_files' ;;`
}

/** Can be evaluated, or saved as `_loom-telemetry` in a directory of `fpath`. */
const zshScript = (commands: ReadonlyArray<Command>): string =>
  `#compdef loom-telemetry
# zsh completions of loom-telemetry. In ~/.zshrc, after compinit: eval "$(loom-telemetry --completions zsh)"
_loom_telemetry() {
  local -a commands
  commands=(${commands.map(({ name, summary }) => quoted(`${name}:${zshEscaped(summary)}`)).join(" ")})
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[Show the help]' '--version[Print the version]' '--completions[Print completions]'
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    help) _describe command commands ;;
    --completions) compadd ${shells.join(" ")} ;;
${commands.map(zshBranch).join("\n")}
  esac
}
if [ "$funcstack[1]" = _loom-telemetry ]; then _loom_telemetry "$@"; else compdef _loom_telemetry loom-telemetry; fi
`

const fish = "complete -c loom-telemetry"
const fishFirst = `${fish} -n __fish_use_subcommand -f`

const fishName = (name: string): string => name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`

const fishValue = ({ type }: OptionSpec): string =>
  type === undefined
    ? ""
    : type.completion === "files"
    ? " -r"
    : ` -x${type.completion === undefined ? "" : ` -a '${type.completion.join(" ")}'`}`

const fishLines = ({ name: command, options, summary }: Command): ReadonlyArray<string> => [
  `${fishFirst} -a ${command} -d ${quoted(summary)}`,
  ...Object.entries(options).map(([name, option]) =>
    [
      `${fish} -n '__fish_seen_subcommand_from ${command}'`,
      ...namesOf(name, option).map(fishName)
    ].join(" ") + `${fishValue(option)} -d ${quoted(option.description)}`
  )
]

const fishScript = (commands: ReadonlyArray<Command>): string =>
  [
    "# fish completions of loom-telemetry: loom-telemetry --completions fish > ~/.config/fish/completions/loom-telemetry.fish",
    ...commands.flatMap(fishLines),
    `${fishFirst} -l help -d 'Show the help'`,
    `${fishFirst} -l version -d 'Print the version'`,
    `${fishFirst} -l completions -x -a '${shells.join(" ")}' -d 'Print completions'`,
    ""
  ].join("\n")

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }
