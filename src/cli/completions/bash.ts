/**
 * The completions of bash, from version 3.2 on, which is the one of macOS.
 */
import type { CompletedCommand, CompletedOption } from "./Completion.js"

const reply = (words: ReadonlyArray<string>): string => `COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$current"))`

/** The words behind an option; where there are none to offer, bash offers files. */
const choices = ({ name }: CompletedCommand, { names, operand }: CompletedOption): ReadonlyArray<string> =>
  typeof operand === "string"
    ? []
    : [`    ${names.map((each) => `"${name} ${each}"`).join("|")}) ${reply(operand)} ;;`]

const options = ({ name, options }: CompletedCommand): string =>
  `      ${name}) ${reply(options.flatMap(({ names }) => names))} ;;`

/** The script. */
export const bashScript = (
  commands: ReadonlyArray<CompletedCommand>,
  shells: ReadonlyArray<string>
): string => {
  const names = commands.map(({ name }) => name)
  return `# bash completions of loom-telemetry. In ~/.bashrc: eval "$(loom-telemetry --completions bash)"
_loom_telemetry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  # bash takes --by=model for three words.
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
${commands.flatMap((command) => command.options.flatMap((option) => choices(command, option))).join("\n")}
    *) case "$current" in -*) case "$command" in
${commands.map(options).join("\n")}
    esac ;; esac ;;
  esac
}
complete -o bashdefault -o default -F _loom_telemetry loom-telemetry
`
}
