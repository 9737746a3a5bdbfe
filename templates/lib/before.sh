# shellcheck shell=bash
# The state of this host before the first daemon started, in run/before/: what an uninstall puts back, and what it
# leaves because it was there. A new tarball leaves run/ alone. Needs common.sh, process.sh and iptables.sh.
#
#   run/before/paths          "absent|present TAB path" of each data path and the folders above it, once and for all
#   run/before/boot.BOOT-ID/  links, routes, sysctls, mounts, cgroups, run-paths and iptables-*, once for each boot,
#                             because a reboot takes all of that away; "late": not known, daemons ran already

readonly BEFORE_FOLDER=$KB_ROOT/run/before
readonly BEFORE_BOOT=$BEFORE_FOLDER/boot.$BOOT_ID

# Only a node has docker and kubelet: on another host these are somebody else's.
if [[ -n $KB_DOCKER_SOCKET ]]; then
  # What daemons leave in /run. A symlink on the way (/var/run) does no harm.
  readonly -a BEFORE_RUN_PATHS=(/run/flannel /var/run/docker /var/run/docker.pid /run/containerd /run/runc
    /var/run/kubernetes /var/run/dockershim.sock /var/run/docker.sock)
  # What daemons make on the disk beside the data paths of the specification. /var/lib/docker itself may have become
  # another docker's; empty, it goes with what is above the others.
  readonly -a BEFORE_OTHER_PATHS=(/etc/docker/key.json /var/lib/docker/network /var/lib/cni
    /var/lib/dockershim /var/log/containers /var/log/pods /opt/containerd)
  # cgroups that docker and kubelet make at the top of each hierarchy.
  readonly -a BEFORE_CGROUPS=(docker kubepods)
else
  readonly -a BEFORE_RUN_PATHS=(/var/run/kubernetes) BEFORE_OTHER_PATHS=() BEFORE_CGROUPS=()
fi

# before_record: called by every start script, before its daemon starts. Whole or not at all: a folder that is renamed
# when everything is in it, so that kill -9 at any moment leaves nothing that looks complete.
before_record() {
  local new=$BEFORE_FOLDER/new flavour
  make_folder "$BEFORE_FOLDER"
  { exec 7>>"$BEFORE_FOLDER/lock"; } 2>/dev/null || die_unwritable "$BEFORE_FOLDER/lock"
  flock -w 60 7 || die "another script has been recording the state of this host for a minute." \
    "See which, and run this again when it has ended:" "  ps -ef | grep '[u]ninstall.sh --record'"
  before_record_paths
  if [[ ! -d $BEFORE_BOOT ]]; then
    rm -rf -- "$new"
    make_folder "$new"
    if before_daemon_runs; then
      before_write "$new/late" printf ''
    else
      before_write "$new/mounts" before_mounts
      before_write "$new/links" before_links
      before_write "$new/routes" before_routes
      before_write "$new/sysctls" before_sysctls
      before_write "$new/run-paths" before_run_paths
      iptables_find_flavours
      for flavour in ${IPTABLES_FLAVOURS[@]+"${IPTABLES_FLAVOURS[@]}"}; do
        before_write_rules "$flavour" "$new/$flavour"
      done
    fi
    sync
    mv -T -- "$new" "$BEFORE_BOOT" || die_unwritable "$BEFORE_BOOT"
    before_forget_other_boots
  fi
  if [[ ! -e $BEFORE_BOOT/late ]]; then
    before_record_cgroups
  fi
  exec 7>&-
}

# before_write FILE COMMAND WORD...
before_write() {
  local file=$1
  shift
  { "$@" >"$file"; } 2>/dev/null || die_unwritable "$file"
}

# before_write_rules FLAVOUR FILE: an empty record would make all rules of this host look like ours.
before_write_rules() {
  if ! iptables_read "$1"; then
    die "the rules of $1 cannot be recorded: $1-save fails: ${IPTABLES_REASON:-no reason given}" \
      "Mend that, then run this again. Try it with:" "  $1-save"
  fi
  before_write "$2" printf '%s\n' "$IPTABLES_RULES"
}

# A daemon of this bundle runs: started by an older one, which recorded nothing.
before_daemon_runs() {
  local file
  for file in "$KB_ROOT"/run/*.pid; do
    if process_alive "$file"; then
      return 0
    fi
  done
  return 1
}

before_forget_other_boots() {
  local folder
  for folder in "$BEFORE_FOLDER"/boot.*; do
    if [[ -d $folder && $folder != "$BEFORE_BOOT" ]]; then
      rm -rf -- "$folder" || warn "$folder cannot be removed; it does no harm."
    fi
  done
}

# Sets BEFORE_KNOWN: yes, late (daemons ran already when it was recorded, or parts of the record are gone), undone (by an
# uninstall in this boot) or no (nothing started since this boot, or the record is gone).
# shellcheck disable=SC2034 # read by the libraries of uninstall.sh
before_find() {
  local name boot=''
  { read -r boot <"$BEFORE_FOLDER/undone"; } 2>/dev/null || true
  BEFORE_KNOWN=no
  if [[ -d $BEFORE_BOOT ]]; then
    BEFORE_KNOWN=yes
    for name in mounts links routes sysctls run-paths; do
      if [[ -e $BEFORE_BOOT/late || ! -r $BEFORE_BOOT/$name ]]; then
        BEFORE_KNOWN=late
      fi
    done
  elif [[ -n $boot && $boot == "$BOOT_ID" ]]; then
    BEFORE_KNOWN=undone
  fi
}

# before_never: there is no record of any start.
before_never() {
  [[ $BEFORE_KNOWN == no && ! -e $BEFORE_FOLDER/paths ]]
}

# What is undone is forgotten last: the next start records anew.
before_forget() {
  if [[ -d $BEFORE_BOOT ]]; then
    { printf '%s\n' "$BOOT_ID" >"$BEFORE_FOLDER/undone"; } 2>/dev/null || die_unwritable "$BEFORE_FOLDER/undone"
    rm -rf -- "$BEFORE_BOOT"
  fi
}

# before_has FILE LINE: the record of this boot has it.
before_has() {
  [[ -r $BEFORE_BOOT/$1 ]] && grep -qxF -- "$2" "$BEFORE_BOOT/$1"
}

# --- what is recorded ------------------------------------------------------------------------

before_mounts() {
  awk '{ print $5 }' /proc/self/mountinfo
}

before_links() {
  local folder
  for folder in /sys/class/net/*; do
    printf '%s\n' "${folder##*/}"
  done
}

before_routes() {
  ip -4 route show | sed 's/ linkdown//; s/ dead//; s/ *$//'
}

# path TAB value, or "absent" while the kernel's module is not loaded. ip_forward comes first, because writing it changes those after it as well.
before_sysctls() {
  local path value
  for path in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/*/forwarding \
    /proc/sys/net/ipv4/conf/all/{accept_redirects,route_localnet} \
    /proc/sys/net/ipv6/conf/{all,default}/forwarding \
    /proc/sys/net/bridge/bridge-nf-call-{iptables,ip6tables} \
    /sys/module/nf_conntrack/parameters/hashsize /proc/sys/net/netfilter/nf_conntrack_max \
    /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_{established,close_wait} \
    /proc/sys/kernel/{panic,panic_on_oops} /proc/sys/vm/{overcommit_memory,panic_on_oom} \
    /proc/sys/kernel/keys/{root_maxkeys,root_maxbytes}; do
    if [[ ! -e $path ]]; then
      printf '%s\tabsent\n' "$path"
    elif [[ -r $path ]] && read -r value <"$path"; then
      printf '%s\t%s\n' "$path" "$value"
    fi
  done
}

# Where hierarchies are mounted, v1 and v2.
before_hierarchies() {
  awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts
}

# before_cgroups HIERARCHY: those of docker and kubelet that are in it.
before_cgroups() {
  local name
  for name in ${BEFORE_CGROUPS[@]+"${BEFORE_CGROUPS[@]}"}; do
    if [[ -d $1/$name ]]; then
      printf '%s\n' "$1/$name"
    fi
  done
}

# Adds the hierarchies that are not in the list yet, each with what is in it: mount-cgroup.sh may come after the first
# start, and what it mounts may have been in use before.
before_record_cgroups() {
  local folder list=$BEFORE_BOOT/cgroups
  while IFS= read -r folder; do
    if ! before_has cgroups "$folder"; then
      {
        { [[ ! -e $list ]] || cat -- "$list"; } && printf '%s\n' "$folder" && before_cgroups "$folder"
      } 2>/dev/null >"$list.new" || die_unwritable "$list"
      mv -f -- "$list.new" "$list" || die_unwritable "$list"
    fi
  done < <(before_hierarchies)
}

# Those that are there.
before_run_paths() {
  local path
  for path in ${BEFORE_RUN_PATHS[@]+"${BEFORE_RUN_PATHS[@]}"} "$KB_DOCKER_SOCKET"; do
    if [[ -n $path && (-e $path || -L $path) ]]; then
      printf '%s\n' "$path"
    fi
  done
}

# --- paths -----------------------------------------------------------------------------------

# Adds the paths that are not in the list yet: a new tarball may have others.
before_record_paths() {
  local path list=$BEFORE_FOLDER/paths known=$'\n' row text='' old
  if [[ -e $list ]]; then
    while IFS= read -r row; do
      text+=$row$'\n'
      known+=${row#*$'\t'}$'\n'
    done <"$list"
  fi
  old=$text
  for path in ${KB_DATA[@]+"${KB_DATA[@]}"} ${BEFORE_OTHER_PATHS[@]+"${BEFORE_OTHER_PATHS[@]}"} ${KB_CA_FILE:+"$KB_CA_FILE"}; do
    # With each folder above it.
    while [[ $path == /?* ]]; do
      if [[ $path != *[[:cntrl:]]* && $known != *$'\n'"$path"$'\n'* ]]; then
        if [[ -e $path || -L $path ]]; then text+=present; else text+=absent; fi
        text+=$'\t'$path$'\n'
        known+=$path$'\n'
      fi
      path=${path%/*}
    done
  done
  if [[ $text != "$old" ]]; then
    { printf '%s' "$text" >"$list.new" && mv -f -- "$list.new" "$list"; } 2>/dev/null || die_unwritable "$list"
  fi
}

# before_was_absent PATH: recorded, and not there before the first start.
before_was_absent() {
  [[ -r $BEFORE_FOLDER/paths ]] && grep -qxF -- "absent"$'\t'"$1" "$BEFORE_FOLDER/paths"
}

# before_was_present PATH: recorded, and there before the first start.
before_was_present() {
  [[ -r $BEFORE_FOLDER/paths ]] && grep -qxF -- "present"$'\t'"$1" "$BEFORE_FOLDER/paths"
}

# Those of BEFORE_OTHER_PATHS that the daemons made.
before_made_paths() {
  local path
  for path in ${BEFORE_OTHER_PATHS[@]+"${BEFORE_OTHER_PATHS[@]}"}; do
    if before_was_absent "$path"; then
      printf '%s\n' "$path"
    fi
  done
}
