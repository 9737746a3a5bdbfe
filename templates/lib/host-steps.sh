# shellcheck shell=bash
# The steps of start.sh: their names, and which of them are meant.

# step_title SCRIPT: sets TITLE to "etcd" for etcd/start-etcd.sh, "update-hosts" for update-hosts.sh.
step_title() {
  TITLE=${1##*/}
  TITLE=${TITLE%.sh}
  TITLE=${TITLE#start-}
  TITLE=${TITLE#stop-}
}

# choose_steps: sets CHOSEN to the scripts that --only and --from leave over. The check of the files
# always comes first.
choose_steps() {
  local step from=0
  if [[ -n $OPT_ONLY && -n $OPT_FROM ]]; then
    usage_error "--only and --from exclude each other"
  elif [[ -n $OPT_ONLY$OPT_FROM ]]; then
    require_step "$OPT_ONLY$OPT_FROM"
  fi
  CHOSEN=()
  for step in ${KB_STEPS[@]+"${KB_STEPS[@]}"}; do
    step_title "$step"
    if [[ -n $OPT_FROM && $TITLE == "$OPT_FROM" ]]; then
      from=1
    fi
    if [[ $step == verify.sh ]]; then
      ((OPT_NO_VERIFY)) || CHOSEN+=("$step")
    elif [[ -z $OPT_ONLY$OPT_FROM || $TITLE == "$OPT_ONLY" ]] || ((from)); then
      CHOSEN+=("$step")
    fi
  done
}

# require_step NAME: ends with 2 and the list when this host has no such step.
require_step() {
  local step guess=''
  local -a names=()
  for step in ${KB_STEPS[@]+"${KB_STEPS[@]}"}; do
    step_title "$step"
    if [[ $TITLE == "$1" ]]; then
      return 0
    fi
    names+=("$TITLE")
    # "apiserver", "proxy", "flannel", "kube-apiserver.sh"
    if [[ -z $guess && ${#1} -gt 2 ]] && [[ $TITLE == *"$1"* || $1 == *"$TITLE"* ]]; then
      guess=$TITLE
    fi
  done
  refuse "this host has no $1.${guess:+ Did you mean $guess?}" "What it has, in this order:" "${names[*]-}"
}
