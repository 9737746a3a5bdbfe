#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031 # code in single quotes is for a later shell; each test is a process of its own
# rotate-logs.sh: by itself and with the real logrotate, under a writer of 10,000 lines a second.

load helper

WRITER=$(readlink -f "$BATS_TEST_DIRNAME/../fixtures/log-writer.mjs")
# Lines that may be missing after one rotation: 150 ms, as docs/reboots-and-logs.md says.
GAP=1500

setup() {
  make_bundle
  mkdir "$BUNDLE/log"
  make_script rotate-logs.sh rotate-logs.sh rotate_logs_main
  SCRIPT=$BUNDLE/rotate-logs.sh
  LOG=$BUNDLE/log/etcd.log
}

rotate() {
  "$KB_BASH" "$SCRIPT" --own "$@"
}

# fill TEXT BYTES: the log has lines of TEXT.
fill() {
  yes "$1" | head -c "$2" >"$LOG"
}

# all_lines: what the log and its older ones hold, the oldest first.
all_lines() {
  local number
  for ((number = 199; number > 0; number--)); do
    if [[ -e $LOG.$number.gz ]]; then
      gzip -dc "$LOG.$number.gz"
    elif [[ -e $LOG.$number ]]; then
      cat "$LOG.$number"
    fi
  done
  cat "$LOG"
}

# check_lines WRITTEN ROTATIONS: every line is whole, none is there twice, and the missing ones are in gaps of
# at most GAP lines, one a rotation. Says how many were lost.
check_lines() {
  all_lines | awk -v written="$1" -v rotations="$2" -v most="$GAP" '
    {
      number = $1 + 0
      if (NF != 3 || $1 != $3 || length($1) != 9 || length($2) != 50 + number % 97) { print "corrupt: " $0; bad = 1; exit }
      if (NR > 1 && number <= last) { print "again, or out of order: " number " after " last; bad = 1; exit }
      if (NR > 1 && number > last + 1) {
        gaps++
        if (number - last - 1 > most) { print "a gap of " number - last - 1 " lines"; bad = 1 }
      } else if (NR == 1 && number != 0) { print "the first " number " lines are gone"; bad = 1 }
      last = number
    }
    END {
      if (bad) exit 1
      if (last != written - 1) { print "the last line is " last " of " written; exit 1 }
      if (gaps > rotations) { print gaps " gaps in " rotations " rotations"; exit 1 }
      print "lost " written - NR " of " written " lines in " gaps + 0 " gaps"
    }'
}

@test "help, usage, wrong host, not root" {
  help_is_fine rotate-logs.sh
  refusals_are_fine rotate-logs.sh
  local words
  for words in '--size 0' '--size 10x' '--size -1' '--size 1.5M' '--keep 0' '--keep x' '--size'; do
    # shellcheck disable=SC2086 # two words on purpose
    run rotate $words
    status_is 2
  done
}

@test "small logs stay; --quiet says nothing" {
  fill small 1000
  run rotate
  status_is 0
  has 'No log is larger than 100M.'
  run rotate --quiet
  status_is 0
  [[ -z $output && $(stat -c %s "$LOG") == 1000 ]]
}

@test "a large log: compressed under .1.gz, the older ones move up, the oldest goes" {
  local round
  for round in 1 2 3 4 5; do
    fill "round $round" 20000
    run rotate --size 10k --keep 3
    status_is 0
    has 'Rotated log/etcd.log (19 KiB).'
    [[ ! -s $LOG ]]
  done
  [[ $(gzip -dc "$LOG.1.gz" | head -n 1) == 'round 5' ]]
  [[ $(gzip -dc "$LOG.2.gz" | head -n 1) == 'round 4' ]]
  [[ $(gzip -dc "$LOG.3.gz" | head -n 1) == 'round 3' ]]
  [[ $(gzip -dc "$LOG.1.gz" | wc -c) == 20000 ]]
  [[ $(find "$BUNDLE/log" -type f | wc -l) == 4 ]]
  # Fewer are to stay from now on.
  run rotate --size 10k --keep 1
  [[ $(find "$BUNDLE/log" -type f | wc -l) == 2 ]]
}

@test "--plain, and a host without gzip; the mode stays" {
  fill one 20000
  chmod 0640 "$LOG"
  run rotate --size 10k --plain
  status_is 0
  [[ $(stat -c '%a %s' "$LOG.1") == '640 20000' ]]
  fill two 20000
  run rotate --size 10k
  [[ $(stat -c %a "$LOG.1.gz") == 640 && -e $LOG.2.gz ]]
}

@test "a log that ends in the middle of a line, of a daemon that is dead, is kept whole" {
  fill line 20000
  printf 'fatal error: ' >>"$LOG"
  run rotate --size 10k --plain
  status_is 0
  [[ $(tail -n 1 "$LOG.1") == 'fatal error: ' ]]
}

@test "links are left alone, and only .log is looked at" {
  fill line 20000
  mv "$LOG" "$BATS_TEST_TMPDIR/elsewhere"
  ln -s "$BATS_TEST_TMPDIR/elsewhere" "$LOG"
  yes | head -c 20000 >"$BUNDLE/log/notes.txt"
  run rotate --size 10k
  status_is 0
  [[ $(stat -c %s "$BATS_TEST_TMPDIR/elsewhere" "$BUNDLE/log/notes.txt" | sort -u) == 20000 ]]
}

@test "two at once: the second says so and does nothing" {
  fill line 20000
  exec 7>>"$BUNDLE/run/rotate-logs.lock"
  flock 7
  run rotate --size 10k
  status_is 0
  has 'Another rotate-logs.sh'
  [[ $(stat -c %s "$LOG") == 20000 ]]
}

@test "a full disk: the oldest ones make room; with none left the log stays, and what to type is said" {
  fill line 40000
  rotate --size 10k --plain
  fill line 40000
  rotate --size 10k --plain
  in_private '
    # 60,000 bytes; without a pipe that ends early.
    lines() { awk -v "text=$1" "BEGIN { for (i = 0; i < 15000; i++) print text }"; }
    full_disk "$BUNDLE/log" 192k
    rm "$BUNDLE/log/filler"
    lines new >"$BUNDLE/log/etcd.log"
    dd if=/dev/zero of="$BUNDLE/log/filler" bs=4k >/dev/null 2>&1 || true
    script rotate-logs.sh --own --size 10k --plain 2>&1
    grep -q new "$BUNDLE/log/etcd.log.1"
    [[ $(stat -c %s "$BUNDLE/log/etcd.log.1") == 60000 ]]
    rm "$BUNDLE"/log/etcd.log.*
    lines old >"$BUNDLE/log/etcd.log"
    dd if=/dev/zero of="$BUNDLE/log/filler2" bs=4k >/dev/null 2>&1 || true
    fails script rotate-logs.sh --own --size 10k >"$TEST_FOLDER/said" 2>&1
    [[ $(stat -c %s "$BUNDLE/log/etcd.log") == 60000 && ! -e $BUNDLE/log/etcd.log.rotating ]]
  '
  output=$(<"$BATS_TEST_TMPDIR/said")
  has 'could not be copied: is the disk full?'
  has "truncate -s 0 '$LOG'"
}

@test "killed before each program that it calls, and run again: no line is lost, none is there twice" {
  in_private '
    log=$BUNDLE/log/etcd.log
    # One at a time: none of these runs beside another one.
    for name in chmod gzip mv rm stat tail; do
      real=$(type -P "$name")
      shim "$name" "
        read -r calls <\"$TEST_FOLDER/calls\"
        echo \$((calls + 1)) >\"$TEST_FOLDER/calls\"
        if ((calls == KILL_AT)); then kill -KILL \"\$VICTIM\"; exit 1; fi
        exec $real \"\$@\""
    done
    killed=0
    for ((KILL_AT = 0; KILL_AT < 60; KILL_AT++)); do
      export KILL_AT
      rm -f "$log"*
      seq 1 1000 >"$log.2"
      seq 1001 2000 | gzip >"$log.1.gz"
      seq 2001 5000 >"$log"
      echo 0 >"$TEST_FOLDER/calls"
      code=0
      script_in "$TEST_FOLDER/shims" rotate-logs.sh --own --size 1k >/dev/null 2>&1 || code=$?
      ((code != 137)) || killed=$((killed + 1))
      # The daemon writes on before the next run, more than there was, or nothing.
      last=5000
      if ((KILL_AT % 2)); then
        seq 5001 9000 >>"$log"
        last=9000
      fi
      script rotate-logs.sh --own --size 1k >/dev/null
      for number in 5 4 3 2 1; do
        [[ ! -e $log.$number ]] || cat "$log.$number"
        [[ ! -e $log.$number.gz ]] || gzip -dc "$log.$number.gz"
      done | cat - "$log" >"$TEST_FOLDER/all"
      seq 1 "$last" | cmp - "$TEST_FOLDER/all" || { echo "killed at call $KILL_AT"; ls -l "$BUNDLE/log"; exit 91; }
      for left in "$log.rotating" "$log".*~; do
        [[ ! -e $left ]] || { echo "left: $left"; exit 92; }
      done
      ((code == 137)) || break
    done
    echo "$killed" >"$TEST_FOLDER/killed"
  '
  printf '# killed at %s points\n' "$(<"$BATS_TEST_TMPDIR/killed")" >&3
  (($(<"$BATS_TEST_TMPDIR/killed") > 15 && $(<"$BATS_TEST_TMPDIR/killed") < 60))
}

@test "under a writer of 10,000 lines a second, by itself: no line is corrupt, the gaps are small" {
  local rotations=0 writer written
  node "$WRITER" "$LOG" 5 >"$BATS_TEST_TMPDIR/written" 3>&- &
  writer=$!
  while kill -0 "$writer" 2>/dev/null; do
    rotate --size 200k --keep 90 >/dev/null
    rotations=$((rotations + 1))
  done
  wait "$writer"
  written=$(<"$BATS_TEST_TMPDIR/written")
  ((written == 50000 && rotations > 3))
  [[ -e $LOG.3.gz ]]
  run check_lines "$written" "$rotations"
  printf '# by itself: %s (%s runs)\n' "$output" "$rotations" >&3
  status_is 0
}

@test "under the same writer with the real logrotate and the file of install-services.sh" {
  local name=install-services.sh
  make_script "$name" services.sh install_services_main 'readonly KB_HAS_IMAGES=0' 'readonly -a KB_SERVICES=()' \
    'readonly -a KB_FOLDERS=()'
  node "$WRITER" "$LOG" 5 >"$BATS_TEST_TMPDIR/written" 3>&- &
  # In a private /etc, as install-services.sh writes there; with a state file of its own.
  run in_private '
    own_etc
    mount -t tmpfs tmpfs /var/lib/logrotate
    script install-services.sh --init rc.local --size 200k --keep 90 >/dev/null 2>&1
    rounds=0
    while (($(jobs -r | wc -l) + 1)) && [[ ! -s $TEST_FOLDER/written ]]; do
      script rotate-logs.sh >"$TEST_FOLDER/said"
      grep -q "logrotate has looked after the logs" "$TEST_FOLDER/said"
      rounds=$((rounds + 1))
    done
    echo "$rounds"
  '
  status_is 0
  local rotations=$output
  wait
  [[ -e $LOG.3.gz && ! -e $LOG.rotating ]]
  run check_lines "$(<"$BATS_TEST_TMPDIR/written")" "$rotations"
  printf '# logrotate: %s (%s runs)\n' "$output" "$rotations" >&3
  status_is 0
}

@test "a logrotate that fails is said, and does not keep the logs from being rotated" {
  fill line 20000
  in_private '
    own_etc
    mkdir -p /etc/logrotate.d
    echo nonsense >/etc/logrotate.d/kubebale-guide
    shim logrotate "echo error: something odd >&2; exit 1"
    script_in "$TEST_FOLDER/shims" rotate-logs.sh --size 10k >"$TEST_FOLDER/said" 2>&1
  '
  output=$(<"$BATS_TEST_TMPDIR/said")
  has 'logrotate failed, so this script does it: error: something odd'
  [[ -e $LOG.1.gz ]]
}
