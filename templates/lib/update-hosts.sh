# shellcheck shell=bash
# update-hosts.sh: the names of all hosts of the cluster in /etc/hosts, between two marks of our own.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=wait-lock.sh
. "$KB_ROOT/lib/wait-lock.sh"
# shellcheck source=hosts-file.sh
. "$KB_ROOT/lib/hosts-file.sh"

readonly HOSTS_BEGIN="# BEGIN kubebale $KB_CLUSTER" HOSTS_END="# END kubebale $KB_CLUSTER"
# In the block when the file did not end with a newline, so that --remove can give that back too.
readonly HOSTS_NOTE='# (the line above this block had no newline at its end)'

usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--print | --remove] [--force] [--help]" \
    '' \
    'Writes the names and addresses of all hosts of the cluster into /etc/hosts,' \
    'between two marks; an older block between these marks is replaced.' \
    '' \
    '  --print   show the block and change nothing' \
    '  --remove  take the block away; everything else stays as it is' \
    '  --force   go on although this host does not carry the address of the bundle' \
    '  --help    this text' \
    '' \
    'Exit codes: 0 done, or already so; 1 failed, with the cause; 2 cannot act here' \
    '(usage, not root, wrong host, missing tool).'
}

update_hosts_main() {
  parse_options "print remove force" "$@"
  if ((OPT_PRINT && OPT_REMOVE)); then
    usage_error "--print and --remove do not go together"
  fi
  require_tools awk
  hosts_find_lists
  if ((OPT_PRINT)); then
    hosts_print_block
    return 0
  fi
  require_root
  require_tools cat cp dd flock head mv readlink rm sha256sum stat tail timeout truncate
  require_host
  HOSTS_FILE=$(readlink -f /etc/hosts) || die "/etc/hosts is a link to nowhere." "Look with:" "  ls -l /etc/hosts"
  make_folder "$KB_ROOT/run"
  # The folder: bundles of two clusters may be at work, and a rename replaces the file itself.
  wait_lock "${HOSTS_FILE%/*}"
  hosts_finish_interrupted
  hosts_scan
  hosts_die_on_marks
  if ((OPT_REMOVE)); then
    hosts_remove
  else
    hosts_apply
  fi
}

# --- what is to be there ---------------------------------------------------------------------

# Sets HOSTS_LISTS: files with rows of name TAB address.
hosts_find_lists() {
  HOSTS_LISTS=("$KB_ROOT/lib/hosts.tsv")
  if [[ ! -r ${HOSTS_LISTS[0]} ]]; then
    die "lib/hosts.tsv is not in this bundle, so there is nothing to write." "Unpack the tarball again."
  fi
  # What is no host of the cluster, but needs a name: a registry without DNS, for example.
  if [[ -r $KB_ROOT/lib/extra-hosts.tsv ]]; then
    HOSTS_LISTS+=("$KB_ROOT/lib/extra-hosts.tsv")
  fi
}

hosts_print_block() {
  printf '%s\n' "$HOSTS_BEGIN"
  if ((${HOSTS_NOTED:-0})); then
    printf '%s\n' "$HOSTS_NOTE"
  fi
  awk -F '\t' 'NF >= 2 { print $2 " " $1 }' "${HOSTS_LISTS[@]}"
  printf '%s\n' "$HOSTS_END"
}

# --- what is there ---------------------------------------------------------------------------

# Sets HOSTS_BEGINS and HOSTS_ENDS (line numbers of our marks), HOSTS_LINES, HOSTS_NOTED, and
# HOSTS_CONFLICTS: "line address name wanted-address" for names that are mapped elsewhere.
hosts_scan() {
  local kind rest list
  local -a arguments=()
  HOSTS_BEGINS=() HOSTS_ENDS=() HOSTS_CONFLICTS=()
  HOSTS_LINES=-1 HOSTS_NOTED=0
  for list in "${HOSTS_LISTS[@]}"; do
    arguments+=(kind=wanted "$list")
  done
  if [[ -e $HOSTS_FILE ]]; then
    arguments+=(kind=hosts "$HOSTS_FILE")
  fi
  while read -r kind rest; do
    case $kind in
      begin) HOSTS_BEGINS+=("$rest") ;;
      end) HOSTS_ENDS+=("$rest") ;;
      note) HOSTS_NOTED=1 ;;
      lines) HOSTS_LINES=$rest ;;
      conflict) HOSTS_CONFLICTS+=("$rest") ;;
    esac
  done < <(LC_ALL=C BEGIN_MARK=$HOSTS_BEGIN END_MARK=$HOSTS_END NOTE=$HOSTS_NOTE awk '
    kind == "wanted" {
      split($0, column, "\t")
      wanted[tolower(column[1])] = column[2]
      next
    }
    { lines = FNR; sub(/[ \t\r]+$/, "") }
    $0 == ENVIRON["BEGIN_MARK"] { print "begin", FNR; inside = 1; next }
    $0 == ENVIRON["END_MARK"] { print "end", FNR; inside = 0; next }
    inside { if ($0 == ENVIRON["NOTE"]) print "note"; next }
    {
      sub(/#.*/, "")
      for (i = 2; i <= NF; i++)
        if (tolower($i) in wanted && wanted[tolower($i)] != $1) print "conflict", FNR, $1, $i, wanted[tolower($i)]
    }
    END { print "lines", lines + 0 }' ${arguments[@]+"${arguments[@]}"})
  if ((HOSTS_LINES < 0)); then
    die "cannot read /etc/hosts or the lists in lib/ of this bundle." "Look with:" "  ls -l /etc/hosts $TYPED_ROOT/lib/*.tsv"
  fi
}

# Without a pair of marks it is anybody's guess which lines are ours.
hosts_die_on_marks() {
  local what
  if ((${#HOSTS_BEGINS[@]} == ${#HOSTS_ENDS[@]} && ${#HOSTS_BEGINS[@]} <= 1)); then
    if ((${#HOSTS_BEGINS[@]} == 0 || HOSTS_BEGINS[0] < HOSTS_ENDS[0])); then
      return 0
    fi
  fi
  if ((${#HOSTS_ENDS[@]} == 0)); then
    what="line ${HOSTS_BEGINS[0]} begins a block of ours, and no line ends it"
  elif ((${#HOSTS_BEGINS[@]} == 0)); then
    what="line ${HOSTS_ENDS[0]} ends a block of ours, and no line begins it"
  else
    what="it should have one block of ours, but marks are in the lines ${HOSTS_BEGINS[*]-} (begin) and ${HOSTS_ENDS[*]-} (end)"
  fi
  die "/etc/hosts: $what. Nothing was changed." \
    "Delete our lines by hand, with the marks, or add the missing mark; then run this again. The marks are:" \
    "  $HOSTS_BEGIN" "  $HOSTS_END"
}

hosts_die_on_conflicts() {
  local conflict line address name wanted first='' loopback=0
  local -a texts=()
  if ((${#HOSTS_CONFLICTS[@]} == 0)); then
    return 0
  fi
  for conflict in "${HOSTS_CONFLICTS[@]}"; do
    IFS=' ' read -r line address name wanted < <(printf '%s\n' "$conflict")
    : "${first:=$line}"
    case $address in 127.* | ::1) loopback=1 ;; esac
    texts+=("  line $line: $address $name (in the cluster: $wanted)")
    if ((${#texts[@]} == 10)); then
      texts+=("  ... ${#HOSTS_CONFLICTS[@]} in all")
      break
    fi
  done
  complain "/etc/hosts gives other addresses to hosts of this cluster; nothing was changed." ${texts[@]+"${texts[@]}"}
  if ((loopback)); then
    print_message '  ' "A name on the loopback address makes etcd talk to itself instead of the other members." >&2
  fi
  print_message '  ' "Take the name out of that line (the whole line when it has no other name), then run this again:" \
    "  vi +$first /etc/hosts" >&2
  exit "$EXIT_FAILED"
}

# --- the change ------------------------------------------------------------------------------

hosts_apply() {
  local count
  hosts_die_on_conflicts
  if ((${#HOSTS_BEGINS[@]} == 0)); then
    # $(...) drops a newline at the end, so what is left is a last line that has none.
    if [[ -s $HOSTS_FILE && -n $(tail -c 1 "$HOSTS_FILE") ]]; then
      HOSTS_NOTED=1
    fi
  fi
  count=$(awk 'END { print NR }' "${HOSTS_LISTS[@]}")
  hosts_replace hosts_with_block "/etc/hosts has the $count names of cluster $KB_CLUSTER" "already"
  hosts_check_own_name
}

hosts_with_block() {
  if ((${#HOSTS_BEGINS[@]} > 0)); then
    head -n $((HOSTS_BEGINS[0] - 1)) "$HOSTS_FILE"
    hosts_print_block
    tail -n +$((HOSTS_ENDS[0] + 1)) "$HOSTS_FILE"
  else
    if [[ -e $HOSTS_FILE ]]; then
      cat "$HOSTS_FILE"
    fi
    ((HOSTS_NOTED == 0)) || printf '\n'
    hosts_print_block
  fi
}

hosts_remove() {
  if ((${#HOSTS_BEGINS[@]} == 0)); then
    say "/etc/hosts has no block of cluster $KB_CLUSTER: nothing to remove."
    return 0
  fi
  hosts_replace hosts_without_block "Removed the block of cluster $KB_CLUSTER from /etc/hosts" ""
}

hosts_without_block() {
  local before=$((HOSTS_BEGINS[0] - 1))
  if ((HOSTS_NOTED && HOSTS_ENDS[0] == HOSTS_LINES)); then
    # The newline before the block is ours; with lines after the block it is needed.
    head -n "$before" "$HOSTS_FILE" | head -c -1
  else
    head -n "$before" "$HOSTS_FILE"
    tail -n +$((HOSTS_ENDS[0] + 1)) "$HOSTS_FILE"
  fi
}

# A right /etc/hosts does not help when it is not asked first.
hosts_check_own_name() {
  local seen=''
  if ! awk -F '\t' -v name="$KB_HOST" '$1 == name { found = 1 } END { exit !found }' "${HOSTS_LISTS[0]}" ||
    ! type -P getent >/dev/null; then
    return 0
  fi
  read -r seen _ < <(timeout 5 getent ahostsv4 "$KB_HOST" 2>/dev/null || true) || true
  if [[ $seen != "$KB_ADDRESS" ]]; then
    warn "$KB_HOST resolves to ${seen:-nothing} all the same, not to $KB_ADDRESS." \
      "The line \"hosts:\" of /etc/nsswitch.conf must name \"files\" first; with nscd, clear its cache:" \
      "  grep ^hosts: /etc/nsswitch.conf; nscd -i hosts"
  fi
}
