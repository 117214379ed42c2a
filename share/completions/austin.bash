# bash completion for austin

_austin_option() {
  case $1 in
    -p|--pid) mapfile -t COMPREPLY < <(compgen -W "$(ps -A -o pid=)" -- "$cur") ;;
    -w|--where) mapfile -t COMPREPLY < <(compgen -W "$(ps -A -o pid=)" -- "$cur") ;;
    -t|--timeout) mapfile -t COMPREPLY < <(compgen -W "100ms 1s 10s" -- "$cur") ;;
    -h|--heap) mapfile -t COMPREPLY < <(compgen -W "0 16 64 256" -- "$cur") ;;
    -i|--interval) mapfile -t COMPREPLY < <(compgen -W "100us 1ms 10ms 100ms" -- "$cur") ;;
    -x|--exposure) mapfile -t COMPREPLY < <(compgen -W "1 10 30 60" -- "$cur") ;;
    -o|--output) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --format) mapfile -t COMPREPLY < <(compgen -W "text collapsed mojo speedscope pprof gecko heatmap summary flamegraph svg" -- "$cur") ;;
    --from) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --select) mapfile -t COMPREPLY < <(compgen -W "process= thread= function= file= time=" -- "$cur") ;;
    --diff) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    --top) mapfile -t COMPREPLY < <(compgen -W "10 20 50" -- "$cur") ;;
    --host) mapfile -t COMPREPLY < <(compgen -W "127.0.0.1 0.0.0.0 localhost" -- "$cur") ;;
    --port) mapfile -t COMPREPLY < <(compgen -W "0 8080" -- "$cur") ;;
    --links) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *) return 1 ;;
  esac
}

_austin() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} i
  # The words of --name=value come apart at the sign.
  if [[ $cur == "=" ]]; then
    cur=
  elif [[ $prev == "=" ]]; then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --) ((i++)); break ;;
      -p|--pid|-w|--where|-t|--timeout|-h|--heap|-i|--interval|-x|--exposure|-o|--output|--format|--from|--select|--diff|--top|--host|--port|--links)
        [[ ${COMP_WORDS[i + 1]} == "=" ]] && ((i++))
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
  if ((i > COMP_CWORD)) && _austin_option "$prev"; then
    return
  fi
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "-p --pid -w --where -C --children -t --timeout -s --sleepless -c --cpu -m --memory -f --full -g --gc -n --native -k --kernel -h --heap -i --interval -x --exposure -o --output -b --binary --format --from --select --resolve --aggregate --diff --top -P --pipe --json --tui --web --host --port --open --links -? --help --usage -V --version --licenses" -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -c -- "$cur")
  fi
}

complete -o default -F _austin austin austinp
