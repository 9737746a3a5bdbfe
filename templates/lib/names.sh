# shellcheck shell=bash
# Do the names that the cluster uses resolve, on this host, to the addresses of lib/hosts.tsv?

# check_names NAME...: ends the script when one does not; etcd dies of a wrong one, or worse, talks
# to the wrong host. With --force it only says so.
check_names() {
  local name wanted got
  local -a wrong=()
  for name in "$@"; do
    wanted=$(awk -F '\t' -v name="$name" '$1 == name { print $2; exit }' "$KB_ROOT/lib/hosts.tsv")
    # The first answer is the one that programs use.
    got=$(getent ahostsv4 "$name" | awk 'NR == 1 { print $1 }') || got=''
    if [[ -z $got ]]; then
      wrong+=("  $name does not resolve (it is $wanted)")
    elif [[ -n $wanted && $got != "$wanted" ]]; then
      wrong+=("  $name resolves to $got (it is $wanted)")
    fi
  done
  if ((${#wrong[@]} == 0)); then
    return 0
  fi
  if ((OPT_FORCE)); then
    warn "host names that do not resolve as they should; going on because of --force:" "${wrong[@]}"
    return 0
  fi
  quote_word "$(readlink -f -- "$0")"
  die "$KB_UNIT needs host names that do not resolve as they should:" ${wrong[@]+"${wrong[@]}"} \
    "Run the first, then the second again:" "  $TYPED_ROOT/update-hosts.sh" "  $QUOTED"
}
