# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Units of two bundles on one host take each other's ports and data.
check_title='other bundles on this host'
check_group=bundle
check_phase='before after'
check_roles='etcd master node'

check() {
  local folder program root block
  local -a found=()
  for folder in /proc/[0-9]*; do
    program=$(readlink -- "$folder/exe" 2>/dev/null) || continue
    root=${program%/bin/*}
    if [[ $root == "$program" || $root == "$KB_ROOT" || ! -e $root/lib/unit.sh || ! $folder/ns/pid -ef /proc/self/ns/pid ]]; then
      continue
    fi
    quote_word "$root/stop.sh"
    if [[ " ${found[*]-} " != *" $QUOTED "* ]]; then
      found+=("  $QUOTED")
    fi
  done
  if ((${#found[@]} > 0)); then
    bad "units of another bundle run here" "Stop them first:" "${found[@]}"
  fi
  block=$(awk -v own="$KB_CLUSTER" '/^# BEGIN kubebale / && $4 != own { print $4; exit }' /etc/hosts) || true
  if [[ -n $block ]]; then
    warning "/etc/hosts has names of another cluster: $block" \
      "Take its block out, with the bundle of that cluster:" "  ./update-hosts.sh --remove"
  fi
  if ((EUID != 0)); then
    need_root
  fi
  good "none"
}
