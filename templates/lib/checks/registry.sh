# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# What is not preloaded comes from the private registry, and a pause image that is collected does too.
check_title='private registry'
check_group=docker
check_phase='before after'
check_roles=node

check() {
  # shellcheck source=../registry-look.sh
  . "$KB_ROOT/lib/registry-look.sh"
  local image
  cluster_value pause-image || skip "the specification names no pause image"
  image=$VALUE
  ask_registry "$image"
  case $REGISTRY_STATE in
    holds) good "$REGISTRY answers at $REGISTRY_AT, and has $image" ;;
    lacks) warning "$REGISTRY answers at $REGISTRY_AT, and does not have $image" \
      "The nodes preload it; so that it can also be pulled, type on one of them:" "  $TYPED_ROOT/node/push-images.sh" ;;
    tls) good "$REGISTRY answers at $REGISTRY_AT, over TLS (not asked further)" ;;
    login) check_login ;;
    odd) warning "$REGISTRY at $REGISTRY_AT answers with $REGISTRY_TEXT" "Look at the registry's own log." ;;
    public) skip "the pause image is in no private registry" ;;
  esac
  warning "$REGISTRY does not answer at $REGISTRY_AT" \
    "Pods whose images docker holds start all the same. Is it on, does its name resolve? Look with:" \
    "  getent ahostsv4 ${REGISTRY%%:*}; ip route get ${REGISTRY_AT%%:*}"
}

check_login() {
  if cluster_value registry-credentials && [[ $VALUE == true ]]; then
    good "$REGISTRY answers at $REGISTRY_AT, and wants a login, which this bundle has"
  fi
  warning "$REGISTRY answers at $REGISTRY_AT and wants a login, and this bundle has none" \
    "Pulls of the kubelet fail, also that of the pause image when it was collected. Give the specification \"registry\": { \"credentialsFile\" }, and compile again."
}
