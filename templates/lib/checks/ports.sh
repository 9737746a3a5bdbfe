# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A port that is taken ends the unit that wants it, or, worse, answers in its place.
check_title='ports of this host'
check_group=network
check_phase='before after'
check_roles='etcd master node'

check() {
  # shellcheck source=../doctor-ports.sh
  . "$KB_ROOT/lib/doctor-ports.sh"
  local unit protocol port address inode line pid name hidden=0 count
  local -a taken=() kills=()
  line=$(listeners | awk -v host="$KB_HOST" '
    BEGIN { FS = "\t" }
    FNR == NR { if ($1 == host) { n++; unit[n] = $3; protocol[n] = $4; port[n] = $5; address[n] = $6 } next }
    {
      split($0, seen, " ")
      for (i = 1; i <= n; i++)
        if (protocol[i] == seen[1] && port[i] == seen[2] && (any(address[i]) || any(seen[3]) || address[i] == seen[3]))
          print unit[i], seen[1], seen[2], seen[3], seen[4]
    }
    function any(text) { return text == "0.0.0.0" || text == "::" }
  ' "$KB_ROOT/lib/ports.tsv" - | sort -u)
  # shellcheck disable=SC2046 # one word each
  find_owners $(printf '%s\n' "$line" | awk '{ print $5 }')
  while read -r unit protocol port address inode; do
    # 0: the kernel's own, as of vxlan.
    if [[ -z $unit || $inode == 0 ]]; then
      continue
    fi
    pid=${OWNER_PID[$inode]-}
    if [[ -z $pid ]]; then
      hidden=1
      taken+=("$port/$protocol ($unit) by somebody that only root can see")
    elif [[ $(readlink -- "/proc/$pid/exe") != "$KB_ROOT/bin/"* ]] && ! is_unit_process "$pid"; then
      name=$(cat "/proc/$pid/comm" 2>/dev/null) || name=''
      taken+=("$port/$protocol ($unit) by $name, pid $pid")
      if [[ " ${kills[*]-} " != *" $pid "* ]]; then
        kills+=("$pid")
      fi
    fi
  done < <(printf '%s\n' "$line")
  if ((hidden && EUID != 0)); then
    need_root
  elif ((${#taken[@]} > 0)); then
    join_words "${taken[@]}"
    bad "taken: $JOINED" "End it by what started it (systemctl stop …), or give the unit another port in the specification. What it is:" \
      "  ps -fp ${kills[*]-}"
  fi
  count=$(awk -F '\t' -v host="$KB_HOST" '$1 == host' "$KB_ROOT/lib/ports.tsv" | wc -l)
  good "nobody else has one of the $count"
}

# is_unit_process PID: one that a pid file of this bundle knows.
is_unit_process() {
  local file
  for file in "$KB_ROOT"/run/*.pid; do
    if process_alive "$file" && [[ $FILE_PID == "$1" ]]; then
      return 0
    fi
  done
  return 1
}
