/** `completion`: scripts for three shells, made from the table of commands; nothing is run while completing. */
import { ReelwireError } from "../../base/index.ts";
import type { Call, Command, Flag } from "../command.ts";
import { topics } from "../topics.ts";
import { commands, helpFlag } from "./index.ts";

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish };

export async function run(call: Call): Promise<number> {
  const shell = call.words[0]!;
  if (!Object.hasOwn(shells, shell)) {
    const wants = `one of ${Object.keys(shells).join(", ")}`;
    throw new ReelwireError("RW1004", { with: { flag: "completion", value: shell, wants } });
  }
  call.stdout.write(shells[shell]!());
  return 0;
}

function bash(): string {
  const flagCases = commands.map(
    (command) => `    ${names(command).join("|")}) flags=${quote(flagWords(command))} ;;`,
  );
  const valueCases = choiceFlags().map(
    ([flag, choices]) => `    --${flag}) COMPREPLY=($(compgen -W ${quote(choices)} -- "$cur")); return ;;`,
  );
  const wordCases = fixedWords().map(([name, words]) => `    ${name}) words=${quote(words)} ;;`);
  return `# reelwire completion for bash; put it where bash looks, or: source <(reelwire completion bash)
_reelwire() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} flags="" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quote([...commands.flatMap(names), "--help", "--version"].join(" "))} -- "$cur"))
    return
  fi
${wrappedGuards().join("\n")}
  case "$prev" in
${valueCases.join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${flagCases.join("\n")}
  esac
  case "\${COMP_WORDS[1]}" in
${wordCases.join("\n")}
  esac
  if [ "\${cur#-}" != "$cur" ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  elif [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -o default -F _reelwire reelwire
`;
}

/** Words of a wrapped command are none of ours: from there on the shell completes files. */
function wrappedGuards(): string[] {
  return commands
    .filter((command) => command.wraps)
    .map((command) => {
      const valued = command.flags.filter((flag) => flag.value !== undefined);
      const spellings = valued.flatMap((f) => [`--${f.name}`, ...(f.short ? [`-${f.short}`] : [])]);
      return `  if [ "\${COMP_WORDS[1]}" = ${command.name} ]; then
    local i
    for ((i = 2; i < COMP_CWORD; i++)); do
      case "\${COMP_WORDS[i]}" in
        --) return ;;
        =) ((i++)) ;;
        ${spellings.join("|")}) if [ "\${COMP_WORDS[i+1]}" != "=" ]; then ((i++)); fi ;;
        -*) ;;
        *) return ;;
      esac
    done
  fi`;
    });
}

function zsh(): string {
  const described = commands.flatMap((command) =>
    names(command).map((name) => `    ${quote(`${name}:${colonSafe(command.help)}`)}`),
  );
  const cases = commands.map((command) => {
    const specs = [...command.flags, helpFlag].flatMap((flag) => zshSpecs(flag));
    const words = fixedWords().find(([name]) => name === command.name)?.[1];
    if (command.wraps) specs.unshift("-S", "-A", "'-*'");
    if (command.wraps) specs.push("'*::command:_normal'");
    else specs.push(words === undefined ? "'*:file:_files'" : quote(`1:word:(${words})`));
    return `    ${names(command).join("|")}) _arguments ${specs.join(" ")} ;;`;
  });
  return `#compdef reelwire
# reelwire completion for zsh; save it as _reelwire in a directory of $fpath
_reelwire() {
  local -a names
  names=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command names
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case "$name" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_reelwire" ]; then _reelwire "$@"; else compdef _reelwire reelwire; fi
`;
}

function zshSpecs(flag: Flag): string[] {
  const value =
    flag.value === undefined ? "" : `:value:${flag.choices ? `(${flag.choices.join(" ")})` : "_files"}`;
  const help = flag.help.replace(/[[\]\\:]/g, "\\$&");
  const spellings = [`--${flag.name}`, ...(flag.short ? [`-${flag.short}`] : [])];
  return spellings.map((spelling) => quote(`${flag.multiple ? "*" : ""}${spelling}[${help}]${value}`));
}

function fish(): string {
  const lines = ["# reelwire completion for fish; save it as ~/.config/fish/completions/reelwire.fish"];
  for (const command of commands) {
    for (const name of names(command))
      lines.push(`complete -c reelwire -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(command.help)}`);
    const when = fishQuote(`__fish_seen_subcommand_from ${names(command).join(" ")}`);
    for (const flag of [...command.flags, helpFlag]) {
      const short = flag.short ? ` -s ${flag.short}` : "";
      const value =
        flag.value === undefined ? "" : flag.choices ? ` -x -a ${fishQuote(flag.choices.join(" "))}` : " -r";
      lines.push(
        `complete -c reelwire -n ${when} -l ${flag.name}${short}${value} -d ${fishQuote(flag.help)}`,
      );
    }
    const words = fixedWords().find(([name]) => name === command.name)?.[1];
    if (words !== undefined) lines.push(`complete -c reelwire -n ${when} -f -a ${fishQuote(words)}`);
  }
  return `${lines.join("\n")}\n`;
}

function names(command: Command): string[] {
  return [command.name, ...(command.aliases ?? [])];
}

function flagWords(command: Command): string {
  return [...command.flags, helpFlag]
    .flatMap((f) => [`--${f.name}`, ...(f.short ? [`-${f.short}`] : [])])
    .join(" ");
}

/** Commands whose words are known beforehand. */
function fixedWords(): [name: string, words: string][] {
  return [
    ["completion", Object.keys(shells).join(" ")],
    ["keys", "sign trust"],
    ["help", [...commands.map((command) => command.name), ...Object.keys(topics)].join(" ")],
  ];
}

function choiceFlags(): [flag: string, choices: string][] {
  const found = new Map<string, string>();
  for (const flag of commands.flatMap((command) => command.flags)) {
    if (flag.choices) found.set(flag.name, flag.choices.join(" "));
  }
  return [...found];
}

function colonSafe(text: string): string {
  return text.replaceAll(":", "\\:");
}

/** In single quotes, for bash and zsh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
