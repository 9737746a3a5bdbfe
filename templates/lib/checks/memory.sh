# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A host without memory to spare kills its daemons one after the other.
check_title=memory
check_group=host
check_phase='before after'
check_roles='etcd master node'

# Rough needs in MiB: the system, etcd, the master components, the node components with a few pods.
check() {
  local total available role needed=256
  read -r total available < <(awk '
    { value[$1] = int($2 / 1024) }
    # MemAvailable is there from kernel 3.14 on.
    END { print value["MemTotal:"] + 0, ("MemAvailable:" in value) ? value["MemAvailable:"] : value["MemFree:"] + value["Cached:"] }
  ' /proc/meminfo)
  for role in ${KB_ROLES[@]+"${KB_ROLES[@]}"}; do
    case $role in
      etcd) needed=$((needed + 256)) ;;
      *) needed=$((needed + 512)) ;;
    esac
  done
  if ((available < 100)); then
    bad "$available MiB of $total are left" "What takes it:" "  ps -eo pid,rss,args --sort=-rss | head"
  elif ((total < needed)); then
    warning "$total MiB, about $needed are needed for: ${KB_ROLES[*]-}" "Give this host more, or fewer roles in the specification."
  elif [[ $PHASE == before ]] && ((available < needed - 256)); then
    warning "$available MiB of $total are left, about $((needed - 256)) are needed for: ${KB_ROLES[*]-}" \
      "What takes it:" "  ps -eo pid,rss,args --sort=-rss | head"
  fi
  good "$available MiB of $total are left"
}
