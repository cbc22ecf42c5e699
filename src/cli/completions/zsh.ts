/**
 * The completions of zsh: to be evaluated, or a file `_loom-telemetry` in a folder of its `fpath`.
 */
import { type CompletedCommand, type CompletedOption, quoted } from "./Completion.js"

/** In a specification of zsh a colon ends a part, and brackets hold the description. */
const escaped = (text: string): string => text.replace(/[\\:[\]]/g, "\\$&")

const operand = ({ operand }: CompletedOption): string =>
  operand === "none"
    ? ""
    : operand === "file"
    ? ":file:_files"
    : typeof operand === "string"
    ? ":value: "
    : `:value:(${operand.join(" ")})`

const specifications = (option: CompletedOption): ReadonlyArray<string> =>
  option.names.map((name) => quoted(`${name}[${escaped(option.text)}]${operand(option)}`))

const branch = (command: CompletedCommand): string =>
  `    ${command.name}) _arguments ${command.options.flatMap(specifications).join(" ")} '*:file:_files' ;;`

/** The script. */
export const zshScript = (commands: ReadonlyArray<CompletedCommand>, shells: ReadonlyArray<string>): string =>
  `#compdef loom-telemetry
# zsh completions of loom-telemetry. In ~/.zshrc, behind compinit: eval "$(loom-telemetry --completions zsh)"
_loom_telemetry() {
  local -a commands
  commands=(${commands.map(({ name, summary }) => quoted(`${name}:${escaped(summary)}`)).join(" ")})
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments '--help[Show the help]' '--version[Say the version]' '--completions[Print completions]'
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
    help) _describe command commands ;;
    --completions) compadd ${shells.join(" ")} ;;
${commands.map(branch).join("\n")}
  esac
}
if [ "$funcstack[1]" = _loom-telemetry ]; then _loom_telemetry "$@"; else compdef _loom_telemetry loom-telemetry; fi
`
