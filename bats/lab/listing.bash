# What a rehearsal makes and has to take away again, as this machine shows it. Loaded after lab.bash.

# live_listing: what has to be gone at once, however a rehearsal ends: namespaces, mounts, links, processes.
live_listing() {
  printf '== namespaces\n'
  lsns --noheadings --raw --output NS,TYPE | sort
  printf '== mounts\n'
  cut -d ' ' -f 1-3 /proc/self/mounts | sort
  printf '== links\n'
  ip -o link | awk '{ print $2 }'
  ip netns list
  printf '== processes\n'
  ps axww -o args= | awk 'index($0, ENVIRON["KUBEBALE_LAB"]) || /lab\/stand-in[.]js/' | sort
}

# listing: all of it, with what the next rehearsal clears away: the lab's folder and its cgroups. CLUSTERS has the names
# of the clusters, with | between.
listing() {
  live_listing
  printf '== cgroups\n'
  # Of the clusters that the test rehearses; the one that all labs lie in where nothing is in it.
  find /sys/fs/cgroup -maxdepth 4 -type d \( -name kubebale-lab -links 2 -o -path '*/kubebale-lab/*' \) |
    grep -E "/kubebale-lab(/($CLUSTERS)-[0-9a-f]+(/|\$)|\$)" | sort
  printf '== folder\n'
  [[ ! -e $KUBEBALE_LAB ]] || find "$KUBEBALE_LAB" -maxdepth 2
}

# same_as FILE COMMAND...: what the command lists is what FILE has; ten seconds are given to what is ending by then.
same_as() {
  local file=$1 tries=100
  shift
  until diff "$file" <("$@"); do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done >"$LAB/difference"
}

# nothing_left: the listing is as it was when the test began (setup: listing >"$LAB/before").
nothing_left() {
  same_as "$LAB/before" listing || {
    printf 'left behind (>) or taken away (<):\n'
    cat "$LAB/difference"
    return 1
  }
}

# nothing_alive: the same without folder and cgroups (setup: live_listing >"$LAB/before-alive").
nothing_alive() {
  same_as "$LAB/before-alive" live_listing || {
    printf 'left behind (>) or taken away (<):\n'
    cat "$LAB/difference"
    return 1
  }
}
