# shellcheck shell=bash
# uninstall.sh --purge-data: the data of the daemons and the files of this bundle. Part of uninstall.sh.

# Sets PURGE_PATHS to what is there of the data. Refuses a path that is not safe to delete, before anything is done.
purge_check_paths() {
  local path mount place
  local -a unsafe=()
  PURGE_PATHS=()
  # Others than those of the specification: only when they were not there before the first start.
  while IFS= read -r path; do
    if [[ ! -e $path && ! -L $path ]] || purge_covers "$path"; then
      continue
    elif unsafe_path "$path"; then
      unsafe+=("  $path: $UNSAFE")
    else
      PURGE_PATHS+=("$path")
    fi
  done < <(printf '%s\n' ${KB_DATA[@]+"${KB_DATA[@]}"} && before_made_paths)
  if unsafe_bundle; then
    unsafe+=("  $KB_ROOT (this bundle): $UNSAFE")
  fi
  for mount in ${OTHER_MOUNTS[@]+"${OTHER_MOUNTS[@]}"}; do
    for path in ${PURGE_PATHS[@]+"${PURGE_PATHS[@]}"}; do
      place=$(readlink -m -- "$path")
      if [[ $mount == "$place" || $mount == "$place"/* ]]; then
        unsafe+=("  $mount: it is a mount point of something else")
        break
      fi
    done
  done
  if ((${#unsafe[@]} > 0)); then
    refuse "these are not safe to delete, so nothing is:" "${unsafe[@]}" \
      "Empty, unmount or move them by hand, then run this again; or without --purge-data, which deletes no data."
  fi
  refuse_backups
}

# What backup-etcd.sh wrote may be the only copy of etcd's keys, however deep it lies.
refuse_backups() {
  local file folder seen=$'\n'
  local -a lines=()
  while IFS= read -r -d '' file; do
    folder=${file%/*}
    # An image in docker's data may have a file of that name too.
    if [[ -e $folder/SHA256SUMS && -d $folder/member && $seen != *$'\n'"$folder"$'\n'* ]]; then
      seen+=$folder$'\n'
      quote_word "$folder"
      lines+=("  mv -- $QUOTED /root/")
    fi
  done < <(find "$KB_ROOT" ${PURGE_PATHS[@]+"${PURGE_PATHS[@]}"} -xdev -type f -name BACKUP -print0 2>/dev/null || true)
  if ((${#lines[@]} > 0)); then
    refuse "backups of etcd would be deleted too, so nothing is. Move them away, best to another machine, then run this again:" \
      "${lines[@]}" "  $TYPED_ROOT/$KB_SCRIPT --purge-data"
  fi
}

# purge_covers PATH: it lies in one that is in PURGE_PATHS.
purge_covers() {
  local path
  for path in ${PURGE_PATHS[@]+"${PURGE_PATHS[@]}"}; do
    if [[ $1 == "$path"/* ]]; then
      return 0
    fi
  done
  return 1
}

purge_list() {
  local path size mark
  say "To be deleted, with everything in it:"
  for path in ${PURGE_PATHS[@]+"${PURGE_PATHS[@]}"} "$KB_ROOT"; do
    size=$(du -shx -- "$path" 2>/dev/null | awk 'NR == 1 { print $1 }') || true
    mark=''
    if [[ $path == "$KB_ROOT" ]] || ! purge_keeps_folder "$path"; then
      :
    elif before_was_present "$path"; then
      mark=' (it was there before: emptied, stays)'
    else
      mark=' (it may have been there before: emptied, stays)'
    fi
    printf '  %8s  %s%s\n' "${size:-?}" "$path" "$mark"
  done
  find_asides
  if ((${#ASIDES[@]} > 0)); then
    say "These stay; scripts in etcd/ moved them aside, and they may be the only copy of something:" "${ASIDES[@]}"
  fi
}

# Sets ASIDES to what lies beside the data of etcd, see etcd-life.sh.
find_asides() {
  local path aside
  ASIDES=()
  for path in ${KB_DATA[@]+"${KB_DATA[@]}"}; do
    for aside in "$path".before-* "$path".removed-*; do
      if [[ -d $aside ]]; then
        ASIDES+=("  $aside")
      fi
    done
  done
}

purge_ask() {
  local word=''
  if ((OPT_YES || OPT_DRY_RUN)); then
    return 0
  fi
  if [[ ! -t 0 ]]; then
    refuse "there is no terminal to ask on, and this deletes data. In a script, add --yes:" \
      "  $TYPED_ROOT/$KB_SCRIPT --purge-data --yes"
  fi
  printf 'Type the word purge to delete all of this: '
  read -r word || true
  if [[ $word != purge ]]; then
    die "nothing was changed."
  fi
}

purge_data() {
  local path
  for path in ${PURGE_PATHS[@]+"${PURGE_PATHS[@]}"}; do
    # It may have been in one that is gone by now.
    if [[ -e $path || -L $path ]]; then
      act "delete $path" purge_path "$path"
    fi
  done
  if ((${#FAILED[@]} > 0)); then
    die "not deleted, see above. When that is mended, run this again:" "  $TYPED_ROOT/$KB_SCRIPT --purge-data"
  elif ((!OPT_DRY_RUN)); then
    purge_made_folders
  fi
}

# purge_path PATH: looked at again right before, because a volume may have been mounted since.
purge_path() {
  local place
  if unsafe_path "$1"; then
    printf '%s\n' "$UNSAFE"
    return 1
  fi
  place=$(readlink -m -- "$1")
  has_no_mounts "$place" || return 1
  if ! purge_keeps_folder "$1"; then
    rm -rf --one-file-system -- "$place"
  else
    find "$place" -xdev -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} +
  fi
}

# purge_keeps_folder PATH: a folder that was there before us, or nobody knows: it stays, empty.
purge_keeps_folder() {
  [[ -d $1 ]] && ! before_was_absent "$1"
}

# Folders above the data that were not there before the first start, if nobody put anything else into them.
purge_made_folders() {
  local state path
  [[ -r $BEFORE_FOLDER/paths ]] || return 0
  # Longer paths first: a folder comes after all that is in it.
  while IFS=$'\t' read -r state path; do
    if [[ $state == absent && -d $path && ! -L $path ]]; then
      rmdir -- "$path" 2>/dev/null || say "$path stays: there is something else in it."
    fi
  done < <(awk -F '\t' '{ print length($2) "\t" $0 }' "$BEFORE_FOLDER/paths" | sort -rn | cut -f 2-)
}

# The bundle's own files and no others. What is needed to go on after a kill goes last: with lib/ renamed, uninstall.sh
# itself knows that only the rest of this folder is left.
purge_bundle() {
  local name
  local -a names=()
  while IFS= read -r name; do
    names+=("$name")
  done < <(
    {
      printf '%s\n' bin etcd images log master node MANIFEST.json README.md SHA256SUMS sbom.cdx.json
      sed -n 's/^[0-9a-f]\{64\} [ *]\([^/]*\).*$/\1/p' "$KB_ROOT/SHA256SUMS" 2>/dev/null || true
    } | sort -u
  )
  for name in ${names[@]+"${names[@]}"}; do
    case $name in
      '' | . | .. | lib | run | uninstall.sh | SHA256SUMS) continue ;;
    esac
    purge_file "$KB_ROOT/$name"
  done
  # It lists the others, so it comes after them.
  purge_file "$KB_ROOT/SHA256SUMS"
  has_no_mounts "$KB_ROOT" || die "this folder cannot be deleted." "Unmount what is mentioned above, then run this again:" \
    "  $TYPED_ROOT/$KB_SCRIPT --purge-data"
  mv -T -- "$KB_ROOT/lib" "$KB_ROOT/.removed" || die_unwritable "$KB_ROOT/lib"
  say_result "the tarball was unpacked"
  exec "$BASH" "$KB_ROOT/uninstall.sh" --purge-data
}

# purge_file PATH: of the bundle.
purge_file() {
  if [[ -e $1 || -L $1 ]] && ! { has_no_mounts "$1" && rm -rf --one-file-system -- "$1"; }; then
    die "cannot delete $1." "When that is mended, run this again:" "  $TYPED_ROOT/$KB_SCRIPT --purge-data"
  fi
}
