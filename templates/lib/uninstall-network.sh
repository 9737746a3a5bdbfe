# shellcheck shell=bash
# iptables rules, routes, interfaces and sysctls that daemons left in the kernel. Part of uninstall.sh.

# Only a node's daemons change rules: on another host a FORWARD policy was changed by somebody else.
undo_iptables() {
  local flavour before text line known
  local -i rules chains
  if [[ -z $KB_DOCKER_SOCKET ]]; then
    return 0
  fi
  iptables_find_flavours
  for flavour in ${IPTABLES_FLAVOURS[@]+"${IPTABLES_FLAVOURS[@]}"}; do
    before=$BEFORE_BOOT/$flavour
    # Not recorded: daemons ran already, or the package came later.
    known=$BEFORE_KNOWN
    [[ -r $before ]] || known=late before=/dev/null
    # Nothing that is read would look like nothing to undo.
    if ! iptables_read "$flavour"; then
      complain "could not read the rules of $flavour: $flavour-save fails: ${IPTABLES_REASON:-no reason given}"
      FAILED+=("take our rules out of $flavour")
      continue
    fi
    text=$(iptables_changes "$before" <(printf '%s\n' "$IPTABLES_RULES") "$KB_POD_NETWORK")
    if [[ $known == late ]]; then
      # What the policy was is not known then.
      if [[ $'\n'$text == *$'\n-P '* ]]; then
        KEPT+=("  the policy of FORWARD in $flavour: what it was is not known")
      fi
      text=$(printf '%s\n' "$text" | sed '/^-P /d')
    fi
    rules=0 chains=0
    while IFS= read -r line; do
      case $line in
        -[DP]' '*) rules+=1 ;;
        -X' '*) chains+=1 ;;
      esac
    done < <(printf '%s\n' "$text")
    if ((rules + chains > 0)); then
      act "take $rules rules and policies and $chains chains out of $flavour" restore_rules "$flavour" "$text"
    fi
  done
}

# restore_rules FLAVOUR TEXT: all of a table at once, or nothing. Another program may have the tables for a moment.
restore_rules() {
  local try reason=''
  for try in 1 2 3 4 5; do
    if reason=$(printf '%s\n' "$2" | "$1-restore" --noflush 2>&1); then
      return 0
    fi
    ((try == 5)) || sleep 0.5
  done
  printf '%s\n' "$reason"
  return 1
}

# flannel's host-gw backend sets a route for each other host, and leaves them.
undo_routes() {
  local route
  if [[ -z $KB_POD_NETWORK ]]; then
    return 0
  fi
  while IFS= read -r route; do
    # Those of an interface of ours go with it.
    if [[ $route != *' dev docker0'* && $route != *' dev flannel'* ]] && ! before_has routes "$route"; then
      # shellcheck disable=SC2086 # ip prints it as words, and takes it as words
      act "remove the route $route" ip -4 route del $route
    fi
  done < <(ip -4 route show root "$KB_POD_NETWORK" | sed 's/ linkdown//; s/ dead//; s/ *$//')
}

undo_links() {
  local folder name port
  local -a strangers
  if [[ -z $KB_DOCKER_SOCKET ]]; then
    return 0
  fi
  for folder in /sys/class/net/*; do
    name=${folder##*/}
    if ! named_by_daemons "$name" || before_has links "$name"; then
      continue
    fi
    strangers=()
    for port in "$folder"/brif/*; do
      port=${port##*/}
      if [[ $port == veth* ]]; then
        # The other end is in a container that is gone, or going.
        act "remove the interface $port" remove_link "$port"
      elif [[ $port != '*' ]]; then
        strangers+=("$port")
      fi
    done
    if ((${#strangers[@]} > 0)); then
      quote_word "${strangers[0]}"
      complain "the bridge $name has ports that are not of docker: ${strangers[*]}." "Take each away, then run this again:" \
        "  ip link set $QUOTED nomaster"
      FAILED+=("remove the interface $name")
    else
      act "remove the interface $name" remove_link "$name"
    fi
  done
}

# named_by_daemons INTERFACE
named_by_daemons() {
  [[ $1 =~ ^(docker0|flannel0|flannel\.[0-9]+|flannel-v6\.[0-9]+|kube-ipvs0|kube-bridge)$ ]]
}

# Without a record of this boot nothing tells what is ours: then what looks like ours stays, and is named.
keep_unrecorded() {
  local folder flavour chains
  for folder in /sys/class/net/*; do
    if named_by_daemons "${folder##*/}"; then
      KEPT+=("  the interface ${folder##*/}")
    fi
  done
  iptables_find_flavours
  for flavour in ${IPTABLES_FLAVOURS[@]+"${IPTABLES_FLAVOURS[@]}"}; do
    iptables_read "$flavour" || true
    chains=$(printf '%s\n' "$IPTABLES_RULES" | awk '/^:(KUBE|FLANNEL)-/ { count++ } END { print count + 0 }')
    if ((chains > 0)); then
      KEPT+=("  $chains chains KUBE-* and FLANNEL-* in $flavour")
    fi
  done
  if ((${#KEPT[@]} > 0)) || before_never; then
    KEPT+=("  sysctls, if daemons changed them")
    warn "what this host was like before the first start since its boot is not recorded here (run/before): is this another folder than the one that it was started from? Where that one is still there, run its uninstall.sh. What daemons left in the kernel stays; a reboot takes it away."
  fi
}

# remove_link NAME: it may go by itself while we look, as the end of a veth does.
remove_link() {
  ip link del dev "$1" || [[ ! -e /sys/class/net/$1 ]]
}

# Back to what was recorded, unless somebody else has changed it since: then it is neither that nor what daemons write.
undo_sysctls() {
  local path before now name
  if [[ -z $KB_DOCKER_SOCKET ]]; then
    return 0
  fi
  if [[ $BEFORE_KNOWN == late ]]; then
    warn "when this host's state was recorded, daemons of this bundle ran already, or the record is no longer whole: sysctls that they changed stay until the next reboot."
    KEPT+=("  sysctls that daemons changed (kernel.panic and the like)")
    return 0
  fi
  while IFS=$'\t' read -r path before; do
    if [[ $before == absent ]]; then
      # Of a module that was loaded since: what it would be without the daemons is not known.
      if [[ -e $path ]] && read -r now <"$path"; then
        KEPT+=("  ${path#/proc/sys/} ($now), which was not there before")
      fi
      continue
    fi
    if [[ ! -e $path ]] || ! read -r now <"$path" || [[ $now == "$before" ]]; then
      continue
    fi
    name=${path#/proc/sys/}
    if written_by_daemons "$name" "$now"; then
      act "set $name back from $now to $before" write_sysctl "$path" "$before"
    else
      warn "$name was $before before the first start and is $now now, which none of the daemons writes: left alone."
      KEPT+=("  $name ($now)")
    fi
  done <"$BEFORE_BOOT/sysctls"
}

write_sysctl() {
  printf '%s\n' "$2" >"$1"
}

# written_by_daemons NAME VALUE: kubelet, docker, flannel and kube-proxy write this value (or any, where they work it
# out). accept_redirects and forwarding of one interface are written by the kernel when ip_forward changes, either way.
written_by_daemons() {
  case $1 in
    kernel/panic) [[ $2 == 10 ]] ;;
    kernel/panic_on_oops | vm/overcommit_memory | */bridge-nf-call-*) [[ $2 == 1 ]] ;;
    vm/panic_on_oom) [[ $2 == 0 ]] ;;
    */route_localnet | net/ipv4/ip_forward | net/ipv6/conf/*/forwarding) [[ $2 == 1 ]] ;;
    *) return 0 ;;
  esac
}
