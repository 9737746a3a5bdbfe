# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# docker ends at once without the cgroup hierarchies, or without its helpers on PATH (Q4).
check_title='what docker needs'
check_group=docker
check_phase='before after'
check_roles=node
check_question=Q4

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  # shellcheck source=../cgroups.sh
  . "$KB_ROOT/lib/cgroups.sh"
  local name seen=''
  local -a missing=() blocked=() cure=()
  typed_start docker
  setting docker KB_DOCKER_HELPERS || true
  for name in ${SETTING[@]+"${SETTING[@]}"}; do
    if [[ ! -e $KB_ROOT/bin/$name ]]; then
      missing+=("$name")
    elif [[ ! -f $KB_ROOT/bin/$name || ! -x $KB_ROOT/bin/$name ]]; then
      blocked+=("$name")
    fi
  done
  cgroup_find_missing
  if ((${#missing[@]} > 0)); then
    join_words "${missing[@]}"
    seen="helpers that are not in bin/: $JOINED"
    find_helpers
  fi
  if ((${#blocked[@]} > 0)); then
    join_words "${blocked[@]}"
    seen+="${seen:+; }helpers that cannot be run: $JOINED"
    cure+=("Make them programs:" "  cd $TYPED_ROOT/bin && chmod 0755 ${blocked[*]}")
  fi
  if ((${#CGROUP_MISSING[@]} > 0)); then
    join_words "${CGROUP_MISSING[@]}"
    seen+="${seen:+; }cgroup hierarchies that are not mounted: $JOINED"
    cure+=("Mount them:" "  $TYPED_ROOT/node/mount-cgroup.sh")
  fi
  if [[ -z $seen ]]; then
    good "the cgroup hierarchies are mounted, its ${#SETTING[@]} helpers are in bin/"
  fi
  if [[ $PHASE == before && ${#missing[@]} -eq 0 && ${#blocked[@]} -eq 0 ]]; then
    warning "$seen; start.sh does that" ${cure[@]+"${cure[@]}"}
  fi
  if ! unit_pid docker; then
    cure+=("Then:" "  $TYPED_START")
  fi
  bad "$seen" ${cure[@]+"${cure[@]}"}
}

# Where the missing ones can be had from: what install-docker.sh has placed, or this host's tarball.
find_helpers() {
  local parent=${KB_ROOT%/*} file name
  local -a members=() placed=()
  for name in ${missing[@]+"${missing[@]}"}; do
    members+=("${KB_ROOT##*/}/bin/$name")
    if [[ -x /usr/bin/$name ]] && grep -q "^/usr/bin/$name"$'\t' "$KB_ROOT/run/install-docker.tsv" 2>/dev/null; then
      placed+=("/usr/bin/$name")
    fi
  done
  if ((${#placed[@]} == ${#missing[@]})); then
    cure+=("install-docker.sh has put copies of them into /usr/bin:" "  cp -p ${placed[*]-} $TYPED_ROOT/bin/")
    return 0
  fi
  file=$parent/$KB_HOST.tar.gz
  if [[ -f $file && ${KB_ROOT##*/} == "$KB_CLUSTER" ]]; then
    quote_words "$file" -C "$parent" ${members[@]+"${members[@]}"}
    cure+=("Take them out of the tarball again:" "  tar xzf $QUOTED")
    return 0
  fi
  quote_word "$KB_HOST.tar.gz"
  cure+=("Bring this host's tarball into the folder above the bundle, and unpack it over the bundle:"
    "  cd $TYPED_ROOT/.. && tar xzf $QUOTED")
}
