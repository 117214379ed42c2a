/** Completion for bash; it needs nothing but bash, and uses bash-completion for the command's own arguments where that is there. */

import type { OptionTable } from "../../../src/cli/options.ts";
import { type Completed, namesOf, optionsWithArgument } from "./completed.ts";

/** @returns the completion script. */
export function bashCompletion(table: OptionTable): string {
  const { program, options } = table;
  const withArgument = optionsWithArgument(table);
  const all = options.flatMap(namesOf).join(" ");
  const patterns = withArgument.flatMap(({ names }) => names).join("|");
  const cases = withArgument.map(({ names, words }) =>
    `    ${names.join("|")}) ${reply(words)} ;;`
  );
  return `# bash completion for ${program}

_${program}_option() {
  case $1 in
${cases.join("\n")}
    *) return 1 ;;
  esac
}

_${program}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} i
  # The words of --name=value come apart at the sign.
  if [[ $cur == "=" ]]; then
    cur=
  elif [[ $prev == "=" ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) ((i++)); break ;;
      ${patterns})
        [[ \${COMP_WORDS[i + 1]} == "=" ]] && ((i++))
        ((i++)) ;;
      -*) ;;
      *) break ;;
    esac
  done
  if ((i < COMP_CWORD)); then
    if declare -F _command_offset >/dev/null; then
      _command_offset "$i"
    else
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    fi
    return
  fi
  if ((i > COMP_CWORD)) && _${program}_option "$prev"; then
    return
  fi
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${all}" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -c -- "$cur")
  fi
}

complete -o default -F _${program} ${program} austinp
`;
}

function reply(words: Completed): string {
  return `mapfile -t COMPREPLY < <(${generator(words)} -- "$cur")`;
}

function generator(words: Completed): string {
  if (words === "files") return "compgen -f";
  if (words === "processes") return 'compgen -W "$(ps -A -o pid=)"';
  return `compgen -W "${words.join(" ")}"`;
}
