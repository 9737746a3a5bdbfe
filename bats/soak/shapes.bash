# Clusters of many shapes, all played by stand-ins, from their tarballs to "all units healthy". Loaded after lab.bash.

# shape NAME HOST...: writes $SPEC. HOST is "name address roles", the roles with commas between.
shape() {
  node -e '
    const [name, ...hosts] = process.argv.slice(1);
    console.log(JSON.stringify({
      name,
      hosts: hosts.map((line) => {
        const [host, address, roles] = line.split(" ");
        return { name: host, address, roles: roles.split(",") };
      }),
    }, null, 2));' "$@" >"$SPEC"
}

# members FIRST LAST: "member-N 10.207.182.N etcd" for each.
members() {
  local number
  for ((number = $1; number <= $2; number++)); do printf 'member-%s 10.207.182.%s etcd\n' "$number" "$number"; done
}

# rehearse_shape UNITS...: rehearses $SPEC; UNITS are "unit=count", and all that there may be. Prints how long it took
# and the machine's memory before and at the end of it.
rehearse_shape() {
  local begin=$SECONDS pair left code=0 count=0
  free -m >"$LAB/memory-before"
  kubebale rehearse "$SPEC" --stand-ins --keep --logs "$LAB/logs" >"$LAB/rehearsal.txt" 2>&1 3>&- || code=$?
  free -m >"$LAB/memory-after"
  cat "$LAB/rehearsal.txt" "$LAB/memory-before" "$LAB/memory-after"
  report_shape "$begin"
  kubebale rehearse "$SPEC" --remove 3>&-
  [[ $code -eq 0 ]]
  for pair in "$@"; do
    grep -E "^${pair%=*} +${pair#*=} of ${pair#*=} " "$LAB/rehearsal.txt" || return 1
    count=$((count + 1))
  done
  left=$(grep -cE ' [0-9]+ of [0-9]+ ' "$LAB/rehearsal.txt")
  [[ $left -eq $count ]]
}

# report_shape BEGIN: a line that is seen also when the test passes.
report_shape() {
  local before after
  before=$(awk '$1 == "Mem:" { print $3 }' "$LAB/memory-before")
  after=$(awk '$1 == "Mem:" { print $3 }' "$LAB/memory-after")
  printf '# %s: %s s, memory %s MB before, %s MB with all units\n' \
    "$BATS_TEST_DESCRIPTION" "$((SECONDS - $1))" "$before" "$after" >&3
}
