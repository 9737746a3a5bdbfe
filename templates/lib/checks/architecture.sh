# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Programs of another kind of processor do not start at all.
check_title=processor
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local machine here
  machine=$(uname -m)
  case $machine in
    x86_64) here=amd64 ;;
    aarch64) here=arm64 ;;
    *) here=$machine ;;
  esac
  if [[ $here == "$KB_ARCH" ]]; then
    good "$machine ($here)"
  fi
  bad "$machine ($here), and the bundle was compiled for $KB_ARCH" \
    "Write \"architecture\": \"$here\" for $KB_HOST into the specification, and compile again."
}
