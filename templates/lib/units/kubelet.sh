# shellcheck shell=bash
# kubelet: healthy when its own /healthz says so.

# shellcheck disable=SC2034 # unit.sh reads it
UNIT_PORT=$KB_HEALTH_PORT

unit_healthy() {
  healthz "$KB_HEALTH_PORT"
}

# The pause image is loaded at every start: image garbage collection may have deleted it, and
# offline that keeps every new pod of this node Pending (Q6).
unit_preflight() {
  local code=0
  check_credentials
  local -a options=()
  if ((OPT_FORCE)); then
    options+=(--force)
  fi
  "$BASH" "$KB_ROOT/node/load-images.sh" ${options[@]+"${options[@]}"} 8>&- || code=$?
  if ((code != 0)); then
    complain "kubelet was not started, for the images could not be loaded (see above)." \
      "When that is mended, run this again:" "  $(path_of_script start)"
    exit "$code"
  fi
}

# The registry's credentials, when the specification has some (KB_HOME). The kubelet takes the first
# config.json that it can read of these: its root folder, its working folder (the bundle), $HOME/.docker,
# /.docker (Kubernetes 1.3, pkg/credentialprovider/config.go).
check_credentials() {
  local file=$KB_ROOT/${KB_HOME-}/.docker/config.json other mode
  if [[ -z ${KB_HOME-} ]]; then
    return 0
  fi
  if [[ ! -r $file ]]; then
    warn "the registry's credentials are not in this bundle: images of a registry that asks for them cannot be pulled." \
      "Unpack the tarball again. They belong into:" "  $file"
    return 0
  fi
  mode=$(stat -c %a -- "$file")
  if [[ $mode != 600 ]]; then
    chmod 0600 -- "$file" || die_unwritable "$file"
    say "The registry's credentials could be read by others (mode $mode): 600 now."
  fi
  for other in "$KB_KUBELET_ROOT/config.json" "$KB_ROOT/config.json"; do
    if [[ -e $other ]]; then
      quote_word "$other"
      warn "the kubelet reads $other, and not the credentials of this bundle. When it is not meant, move it away:" \
        "  mv $QUOTED $QUOTED.previous"
    fi
  done
}
