/**
 * The completions of fish.
 */
import { type CompletedCommand, type CompletedOption, quoted } from "./Completion.js"

const begin = "complete -c loom-telemetry"

const first = "-n __fish_use_subcommand -f"

const name = (option: string): string => option.startsWith("--") ? `-l ${option.slice(2)}` : `-s ${option.slice(1)}`

const operand = ({ operand }: CompletedOption): string =>
  operand === "none"
    ? ""
    : operand === "file"
    ? " -r"
    : typeof operand === "string"
    ? " -x"
    : ` -x -a '${operand.join(" ")}'`

const lines = (command: CompletedCommand): ReadonlyArray<string> => [
  `${begin} ${first} -a ${command.name} -d ${quoted(command.summary)}`,
  ...command.options.map((option) =>
    `${begin} -n '__fish_seen_subcommand_from ${command.name}' ${option.names.map(name).join(" ")}${
      operand(option)
    } -d ${quoted(option.text)}`
  )
]

/** The script. */
export const fishScript = (commands: ReadonlyArray<CompletedCommand>, shells: ReadonlyArray<string>): string =>
  [
    "# fish completions of loom-telemetry: loom-telemetry --completions fish > ~/.config/fish/completions/loom-telemetry.fish",
    ...commands.flatMap(lines),
    `${begin} ${first} -l help -d 'Show the help'`,
    `${begin} ${first} -l version -d 'Say the version'`,
    `${begin} ${first} -l completions -x -a '${shells.join(" ")}' -d 'Print completions'`,
    ""
  ].join("\n")
