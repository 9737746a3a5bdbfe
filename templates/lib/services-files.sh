# shellcheck shell=bash
# The files of install-services.sh outside of the bundle. Each says in its second line whose it is.

# header: the first lines of each file. The quotes keep a backslash from the end of the line.
header() {
  printf '%s\n' '# Written by kubebale: install-services.sh --undo takes this away again.' "# bundle: \"$KB_ROOT\""
}

# want_file PATH FUNCTION WORD...: the file PATH is to hold what FUNCTION prints.
want_file() {
  WANTED_PATHS+=("$1")
  WANTED_TEXTS+=("$("${@:2}")"$'\n')
}

print_files() {
  local index
  for ((index = 0; index < ${#WANTED_PATHS[@]}; index++)); do
    printf '### %s\n%s\n' "${WANTED_PATHS[index]}" "${WANTED_TEXTS[index]}"
  done
  if [[ $INIT == rc.local ]]; then
    rc_local_path
    printf '### %s\n' "$RC_LOCAL"
    rc_local_block
  fi
}

# owner_of FILE: sets OWNER to the bundle that a file belongs to, '' when it is not of kubebale.
owner_of() {
  OWNER=''
  {
    read -r _
    IFS= read -r OWNER
  } <"$1" 2>/dev/null || true
  if [[ $OWNER == '# bundle: "'*'"' ]]; then
    OWNER=${OWNER#'# bundle: "'}
    OWNER=${OWNER%'"'}
  else
    OWNER=''
  fi
}

# unwanted PATH: of this bundle, but of an older compilation.
unwanted() {
  local path
  for path in ${WANTED_PATHS[@]+"${WANTED_PATHS[@]}"}; do
    if [[ $path == "$1" ]]; then
      return 1
    fi
  done
}

# Another bundle's units of the same names, or a file that somebody else wrote.
refuse_foreign_files() {
  local path
  for path in ${WANTED_PATHS[@]+"${WANTED_PATHS[@]}"}; do
    if [[ ! -e $path ]]; then
      continue
    fi
    owner_of "$path"
    # A bundle that was moved, or deleted, has no say any more.
    if [[ $OWNER == "$KB_ROOT" || (-n $OWNER && ! -e $OWNER/install-services.sh) ]] || ((OPT_FORCE)); then
      continue
    elif [[ -n $OWNER ]]; then
      quote_word "$OWNER/install-services.sh"
      refuse "$path belongs to the bundle in $OWNER." \
        "Take that one's away first, or add --force to replace them:" "  $QUOTED --undo"
    fi
    refuse "$path is there, and is not from kubebale." "Look at it; add --force to replace it:" "  cat $path"
  done
}

place_files() {
  local index path current
  for ((index = 0; index < ${#WANTED_PATHS[@]}; index++)); do
    path=${WANTED_PATHS[index]}
    current=''
    if [[ -f $path ]]; then
      # With a character behind it, as $(...) drops newlines at the end.
      current=$(cat -- "$path" && printf x) || die "cannot read $path." "Look with:" "  ls -l $path"
    fi
    if [[ $current == "${WANTED_TEXTS[index]}x" ]]; then
      continue
    fi
    # shellcheck disable=SC2034 # services.sh says whether there was anything to do
    CHANGED=1
    if ((OPT_DRY_RUN)); then
      say "would write $path"
      continue
    fi
    make_folder "${path%/*}"
    write_file "$path" "${WANTED_TEXTS[index]}" 0644
    say "Wrote $path"
  done
}

# write_file PATH TEXT MODE: whole or not at all. No reader of these folders takes a name that ends in "~".
write_file() {
  if { printf '%s' "$2" >"$1~" && chmod "$3" -- "$1~"; } 2>/dev/null && mv -f -- "$1~" "$1"; then
    return 0
  fi
  rm -f -- "$1~"
  die_unwritable "$1"
}

# find_installed: sets INSTALLED to the files of this bundle that are there.
find_installed() {
  local path
  INSTALLED=()
  for path in "$SYSTEMD_FOLDER"/kubebale-"$KB_CLUSTER"{,-*}.{service,timer,target} \
    /etc/{cron.d,logrotate.d}/kubebale-"$KB_CLUSTER"; do
    if [[ -f $path ]]; then
      owner_of "$path"
      if [[ $OWNER == "$KB_ROOT" ]]; then
        INSTALLED+=("$path")
      fi
    fi
  done
}

# remove_files [CHECK]: those for which CHECK is true.
remove_files() {
  local path
  find_installed
  for path in ${INSTALLED[@]+"${INSTALLED[@]}"}; do
    if (($# > 0)) && ! "$1" "$path"; then
      continue
    fi
    # shellcheck disable=SC2034 # services.sh says whether there was anything to do
    CHANGED=1
    if ((OPT_DRY_RUN)); then
      say "would remove $path"
      continue
    fi
    # The link first: a link to nothing would make systemd complain at each boot.
    if [[ $path == "$SYSTEMD_FOLDER/$TARGET" ]]; then
      rm -f -- "$TARGET_LINK" || die_unwritable "$TARGET_LINK"
    fi
    rm -f -- "$path" || die_unwritable "$path"
    say "Removed $path"
  done
}
