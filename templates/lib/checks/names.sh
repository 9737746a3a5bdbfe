# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A name that leads to the wrong host is worse than none: etcd would talk to another machine.
check_title='host names'
check_group=network
check_phase='before after'
check_roles='etcd master node'
check_limit=20

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local name wanted got index total=0
  local -a unsure=() wrong=() lost=()
  declare -A addresses=() in_file=() needed=()
  while IFS=$'\t' read -r name wanted _; do
    addresses[$name]=$wanted
    total=$((total + 1))
  done <"$KB_ROOT/lib/hosts.tsv"
  for ((index = 0; index + 2 < ${#KB_SETTINGS[@]}; index += 3)); do
    if [[ ${KB_SETTINGS[index + 1]} == KB_NAMES && -n ${KB_SETTINGS[index + 2]} ]]; then
      needed[${KB_SETTINGS[index + 2]}]=1
    fi
  done
  read_hosts_file
  for name in "${!addresses[@]}"; do
    if [[ ${in_file[$name]-} != "${addresses[$name]}" ]]; then
      unsure+=("$name")
    fi
  done
  ask_resolver ${unsure[@]+"${unsure[@]}"}
  if ((${#wrong[@]} == 0 && ${#lost[@]} == 0)); then
    good "all $total lead to the specification's addresses"
  fi
  few ${wrong[@]+"${wrong[@]}"} ${lost[@]+"${lost[@]}"}
  if ((${#wrong[@]} > 0)) || { [[ $PHASE == after ]] && any_needed; }; then
    bad "$FEW" "Write them into /etc/hosts:" "  $TYPED_ROOT/update-hosts.sh"
  fi
  warning "$FEW" "start.sh does that, or now:" "  $TYPED_ROOT/update-hosts.sh"
}

any_needed() {
  local text
  for text in ${lost[@]+"${lost[@]}"}; do
    if [[ -n ${needed[${text%% *}]-} ]]; then
      return 0
    fi
  done
  return 1
}

# Sets in_file, the first address of each name in /etc/hosts, where the resolver looks there first: asking
# it for hundreds of names costs a process each, and minutes when its server is away.
read_hosts_file() {
  local first address name
  first=$(awk '$1 == "hosts:" { print $2; exit }' /etc/nsswitch.conf 2>/dev/null) || true
  if [[ -n $first && $first != files ]]; then
    return 0
  fi
  while read -r address name; do
    if [[ -n ${addresses[$name]-} ]]; then
      in_file[$name]=$address
    fi
  done < <(awk '{ sub("#.*", ""); for (i = 2; i <= NF; i++) if ($1 !~ ":" && !seen[$i]++) print $1, $i }' /etc/hosts 2>/dev/null)
}

# ask_resolver NAME...: the programs' way, many at once. A resolver whose server is away takes seconds for
# each: when it has not found one of the first twenty in that time, the others are not asked for.
ask_resolver() {
  local begin=$SECONDS at_once=20
  while (($# > 0)); do
    ask_some "${@:1:at_once}"
    shift $(($# < at_once ? $# : at_once))
    if ((at_once == 20 && ${#lost[@]} == 20 && SECONDS - begin >= 3)); then
      while (($# > 0)); do
        lost+=("$1 does not resolve")
        shift
      done
    fi
    at_once=200
  done
}

ask_some() {
  local name file
  local -a files=()
  for name in "$@"; do
    exec {file}< <(exec timeout --foreground 4 getent ahostsv4 "$name" 2>/dev/null)
    files+=("$file")
  done
  for file in ${files[@]+"${files[@]}"}; do
    got=''
    IFS=' ' read -r got _ <&"$file" || true
    exec {file}<&-
    if [[ -z $got ]]; then
      lost+=("$1 does not resolve")
    elif [[ $got != "${addresses[$1]}" ]]; then
      wrong+=("$1 leads to $got instead of ${addresses[$1]}")
    fi
    shift
  done
}
