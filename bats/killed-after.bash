# killed_after NUMBER COMMAND...: kill -9 right after the script's NUMBERth mv, by which each step is written down and
# all data is put in place. 1 when it ended before that.
killed_after() {
  local number=$1 folder=$BATS_TEST_TMPDIR/kill code=0
  shift
  mkdir -p "$folder"
  printf '0\n' >"$folder/count"
  # shellcheck disable=SC2016 # the stand-in expands them
  {
    printf '#!/bin/bash\n/bin/mv "$@" || exit\n'
    # Not the pid files of daemons, and not what start-etcd.sh does.
    printf '[[ ${!#} != *.pid && $(tr "\\0" " " </proc/$PPID/cmdline) != *start-etcd* ]] || exit 0\n'
    printf 'read -r count <%q\n((count += 1))\nprintf "%%s\\n" "$count" >%q\n' "$folder/count" "$folder/count"
    printf '((count != %d)) || kill -9 "$PPID"\n' "$number"
  } >"$folder/mv"
  chmod 0755 "$folder/mv"
  PATH=$folder:$PATH "$@" >"$folder/output" 2>&1 || code=$?
  cat "$folder/output"
  printf 'mv was called %s times\n' "$(<"$folder/count")"
  ((code == 137))
}
