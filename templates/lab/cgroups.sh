# shellcheck shell=bash
# The cgroups of a host of `kubebale rehearse`: one in each hierarchy of this machine, v1 or v2.

# join_cgroups CGROUP: this process moves to CGROUP, a path below the root of each hierarchy.
join_cgroups() {
  local path type
  while read -r _ path type _; do
    if [[ $type == cgroup || $type == cgroup2 ]]; then
      join_cgroup "$path" "$1"
    fi
  done </proc/self/mounts
}

# join_cgroup HIERARCHY CGROUP
join_cgroup() {
  local path=$1 part file
  local -a parts
  IFS=/ read -ra parts <<<"$2"
  for part in ${parts[@]+"${parts[@]}"}; do
    path+=/$part
    [[ -d $path ]] || mkdir "$path"
    # A new cpuset has no processors and no memory, and takes no process without.
    for file in cpuset.cpus cpuset.mems; do
      if [[ -e $path/$file && -e $path/cgroup.clone_children && -z $(<"$path/$file") ]]; then
        cat "$1/$file" >"$path/$file"
      fi
    done
  done
  printf '%s\n' "$BASHPID" >"$path/cgroup.procs"
}
