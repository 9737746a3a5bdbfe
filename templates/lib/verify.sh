# shellcheck shell=bash
# verify.sh: are the files of this bundle those of its tarball? It changes nothing. SHA256SUMS finds
# damage and changes by mistake; whoever means harm would write that anew as well.

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"

# Programs at once: more of them only make the disk seek.
readonly HASHES_AT_ONCE=4

verify_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--force] [--help]" \
    "" \
    "Holds every file of this bundle against its SHA256SUMS: missing, changed, with" \
    "another mode, not readable, or not part of the bundle at all. run/ and log/ are" \
    "not looked at. Changes nothing, and needs root only for files with secrets." \
    "" \
    "  --force      say what is wrong, but end with 0" \
    "  --help       print this" \
    "" \
    "Exit codes: 0 all files are as they were made. 1 some are not, and each was" \
    "named. 2 cannot check: usage, a missing tool, files that only root can read."
}

verify_main() {
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { verify_usage; }
  parse_options "force" "$@"
  require_tools awk find sha256sum xargs
  cd -- "$KB_ROOT" || refuse "cannot enter the folder of this bundle." "Look with:" "  ls -ld $TYPED_ROOT"
  DEFECTS=() STRAYS=() LOCKED=() UNLISTED=() ABSENT=()
  FILES=0
  require_sums
  while IFS=$'\t' read -r kind path detail; do
    sort_finding "$kind" "$path" "$detail"
  done < <(compare_files)
  report_findings
}

# Without a whole SHA256SUMS nothing can be said of any file.
require_sums() {
  local wrong
  if [[ ! -e SHA256SUMS ]]; then
    wrong="is missing"
  elif [[ ! -r SHA256SUMS ]]; then
    refuse "SHA256SUMS cannot be read by this user." "Type:" "  sudo $TYPED_ROOT/verify.sh"
  elif ! awk '!/^[0-9a-f]+ [ *]./ || index($0, " ") != 65 { bad = 1 } END { exit bad || NR == 0 }' SHA256SUMS ||
    [[ -n $(tail -c 1 SHA256SUMS) ]]; then
    wrong="is cut off or damaged"
  else
    return 0
  fi
  if ((OPT_FORCE)); then
    warn "SHA256SUMS $wrong, so no file was checked; going on because of --force."
    exit 0
  fi
  complain "SHA256SUMS $wrong, so no file of this bundle can be checked."
  say_unpack
  exit "$EXIT_FAILED"
}

# compare_files: a line for each finding, kind, path and detail with tabs between.
compare_files() {
  list_files | awk -F '\t' -v artifacts="$(printf '%s\t' ${KB_ARTIFACTS[@]+"${KB_ARTIFACTS[@]}"})" '
    function wanted(mode) { return mode == "" ? "0644" : mode }
    # Digits of a mode: what the owner needs is there, and others get no more than they should.
    function fits(is, should,   owner, group, other) {
      is = substr("0000" is, length(is) + 1)
      owner = substr(is, 2, 1); group = substr(is, 3, 1); other = substr(is, 4, 1)
      if (owner < 4 || (should == "0755" && owner % 2 == 0)) return 0
      if (should == "0600") return group == 0 && other == 0
      return group !~ /[2367]/ && other !~ /[2367]/
    }
    FILENAME == "SHA256SUMS" { path = substr($0, 67); sum[path] = substr($0, 1, 64); order[++count] = path; next }
    # The serializer prints one member a line.
    FILENAME == "MANIFEST.json" {
      if (match($0, /^ *"path": "/)) { path = substr($0, RLENGTH + 1); sub(/",?$/, "", path) }
      else if (match($0, /^ *"mode": "/)) mode[path] = substr($0, RLENGTH + 1, 4)
      next
    }
    $1 == "file" { there[$3] = 1; is[$3] = $2; next }
    $1 == "sum" { found[$3] = $2 }
    END {
      OFS = "\t"
      print "count", count, ""
      for (at = 1; at <= count; at++) {
        path = order[at]
        folder = path; sub(/\/.*/, "", folder)
        if (path ~ /\//) { ours[folder] = 1; parent = path; sub(/\/[^\/]*$/, "", parent); holds[parent] = 1 }
        should = wanted(mode[path])
        if (!(path in there)) print "missing", path, ""
        else if (!(path in found)) print "unreadable", path, is[path]
        else if (found[path] != sum[path]) print "changed", path, ""
        else if (!fits(is[path], should)) print "mode", path, sprintf("%04d", is[path]) " instead of " should
      }
      ours["bin"] = holds["bin"] = 1
      total = split(artifacts, list, "\t")
      for (at = 1; at <= total; at++) {
        if (list[at] == "" || list[at] in sum) continue
        belongs[list[at]] = 1
        print (list[at] in there) ? "unlisted" : "absent", list[at], ""
      }
      for (path in there) {
        folder = path; sub(/\/.*/, "", folder)
        if (path !~ /\// || !(folder in ours) || path in sum || path in belongs) continue
        # Folders without one file of ours hold data: paths.base may be the very folder of this bundle.
        parent = path; sub(/\/[^\/]*$/, "", parent)
        if (parent in holds && path !~ /\.(first-start|in-progress|origin)$/) print "stray", path, ""
      }
    }
  ' SHA256SUMS "$(manifest_or_nothing)" - | sort
}

manifest_or_nothing() {
  if [[ -r MANIFEST.json ]]; then printf 'MANIFEST.json'; else printf '/dev/null'; fi
}

# list_files: "file MODE PATH" for all that is there, "sum SHA256 PATH" for what could be read.
list_files() {
  find -L . -mindepth 1 \( -path ./run -o -path ./log \) -prune -o ! -type d -printf 'file\t%m\t%P\n' 2>/dev/null || true
  # One process takes a few files each: the hashes of the large ones are worked out side by side.
  awk '{ print substr($0, 67) }' SHA256SUMS | xargs -r -d '\n' -n 4 -P "$HASHES_AT_ONCE" sha256sum -- 2>/dev/null |
    awk '{ print "sum\t" substr($0, 1, 64) "\t" substr($0, 67) }' || true
}

# sort_finding KIND PATH DETAIL
sort_finding() {
  case $1 in
    count) FILES=$2 ;;
    unreadable)
      # A secret is for root alone, as it should be.
      if ((EUID != 0)) && [[ $3 == *00 ]]; then
        LOCKED+=("$2")
      else
        DEFECTS+=("  unreadable: $2")
      fi
      ;;
    mode) DEFECTS+=("  mode: $2 has $3") ;;
    missing | changed) DEFECTS+=("  $1: $2") ;;
    stray) STRAYS+=("$2") ;;
    unlisted) UNLISTED+=("$2") ;;
    absent) ABSENT+=("$2") ;;
  esac
}

report_findings() {
  local path
  local -a lines=(${DEFECTS[@]+"${DEFECTS[@]}"})
  for path in ${STRAYS[@]+"${STRAYS[@]}"}; do
    lines+=("  does not belong here: $path")
  done
  if ((${#UNLISTED[@]} > 0)); then
    say "Not checked, for the tarball was made without them: ${UNLISTED[*]}"
  fi
  if ((${#ABSENT[@]} > 0)); then
    say "Not here yet, for the tarball was made without them: ${ABSENT[*]}"
  fi
  if ((${#lines[@]} > 0 && OPT_FORCE)); then
    warn "this bundle is not as it was made; going on because of --force:" "${lines[@]}"
    exit 0
  elif ((${#lines[@]} > 0)); then
    complain "this bundle is not as it was made:" "${lines[@]}"
    if ((${#DEFECTS[@]} > 0)); then
      say_unpack
    fi
    say_strays
    exit "$EXIT_FAILED"
  elif ((${#LOCKED[@]} > 0)); then
    refuse "only root can read: ${LOCKED[*]}. The other files are as they were made." \
      "To have these checked too, type:" "  sudo $TYPED_ROOT/verify.sh"
  fi
  read_clock
  say "All $FILES files of this bundle are as they were made ($((NOW - STARTED_AT)) s)."
}

say_unpack() {
  print_message '' "Unpack the tarball again, over this folder (run/ and log/ stay, and so does what runs):" \
    "  tar xzf $KB_HOST.tar.gz --strip-components=1 -C $TYPED_ROOT" >&2
}

# What was put there, or has been left behind by an older bundle; bin/ leads the daemons' PATH.
say_strays() {
  local path
  if ((${#STRAYS[@]} == 0)); then
    return 0
  fi
  print_message '' "What does not belong here is of an older bundle, or somebody put it there. If nobody needs it:" >&2
  for path in "${STRAYS[@]}"; do
    quote_word "$KB_ROOT/$path"
    printf '    rm -- %s\n' "$QUOTED" >&2
  done
}
