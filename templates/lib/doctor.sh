# shellcheck shell=bash
# doctor.sh: runs the checks of lib/checks, in parallel, and prints what they saw. Changes nothing.
#
# A check is one file lib/checks/ID.sh; its id is the file's name. First the line for shellcheck as in
# the others, then a line on why it exists, then
#   check_title='default route'   what the line in the report begins with
#   check_group=network           bundle host network storage etcd master flannel docker node cluster
#   check_phase='before after'    before: preflight; after: on a running cluster
#   check_roles='etcd master node'  on hosts with one of these
#   check_question=Q2             only where it answers one of the guide's questions
#   check_limit=10                only where it needs another number of seconds than 10 (at most 25)
#   check() { ... }               ends with one of these, each of which ends the check:
#     good OBSERVED               all is well
#     warning OBSERVED CURE...    it works, but
#     bad OBSERVED CURE...        it does not, or will not, work
#     unknown WHY CURE...         could not look (without root, a tool is missing)
#     skip WHY                    does not apply here; not printed
# OBSERVED is one text. A CURE that begins with a blank is something to type, others are sentences.
# Libraries that only some checks need are sourced inside of check().
# It runs in a subshell of its own with "set -euo pipefail", without stdin; what it prints counts as
# a mistake in it. It never changes anything. At the end of its time it is killed with its children.
#
# What a check may read:
#   KB_CLUSTER KB_HOST KB_ADDRESS KB_ARCH (amd64, arm64), KB_INTERFACE KB_GATEWAY (may be empty)
#   KB_ROLES (list); has_role ROLE
#   KB_UNITS (unit, start script), KB_DATA_PATHS (path, unit), KB_SETTINGS (unit, name, value)
#   each setting of one value as a variable of its own: KB_ETCD_DATA_DIR, KB_DOCKER_SOCKET, … (see
#     docs/host-scripts.md), but KB_HEALTH_PORT, KB_NAMES and KB_HOME, which several units have:
#     setting UNIT NAME           sets SETTING (list), fails when it is empty
#   PHASE                         before or after
#   lib/hosts.tsv                 name, address, roles with commas
#   lib/etcd-members.tsv          member, host, address, client port, peer port
#   lib/ports.tsv                 host, address, unit, tcp|udp, port, listen address, purpose
#   lib/cluster.tsv               key, value: cluster_value KEY sets VALUE, fails when there is none
#     pause-image cluster-dns cluster-domain pod-network service-network node-ports flannel-backend
#     flannel-port flannel-key flannel-config etcd-token api-port control-plane (address)
#     control-plane-kind (master, vip) registry registry-address registry-insecure (true, false)
#     registry-credentials (true, false) docker-socket docker-graph hosts-file (true, false)
#     release-kubernetes release-etcd release-flannel release-docker
#   unit_pid UNIT                 sets UNIT_PID, fails when it does not run from this bundle
#   unit_words UNIT               sets UNIT_WORDS: the running process's command line, else the start
#                                 script's; UNIT_SOURCE: running or script
#   flag_value UNIT FLAG          sets FLAG_VALUE (the last one given), fails when it is not given
#   need_root                     ends the check with "unknown" when this is not root
#   and lib/http.sh, lib/needs.sh, lib/process.sh, lib/quote.sh (TYPED_ROOT, quote_word).

# shellcheck source=common.sh
. "$KB_ROOT/lib/common.sh"
# shellcheck source=options.sh
. "$KB_ROOT/lib/options.sh"
# shellcheck source=http.sh
. "$KB_ROOT/lib/http.sh"
# shellcheck source=process.sh
. "$KB_ROOT/lib/process.sh"
# shellcheck source=needs.sh
. "$KB_ROOT/lib/needs.sh"
# shellcheck source=json.sh
. "$KB_ROOT/lib/json.sh"
# shellcheck source=doctor-data.sh
. "$KB_ROOT/lib/doctor-data.sh"
# shellcheck source=doctor-run.sh
. "$KB_ROOT/lib/doctor-run.sh"
# shellcheck source=doctor-report.sh
. "$KB_ROOT/lib/doctor-report.sh"

doctor_usage() {
  printf '%s\n' \
    "Usage: $KB_SCRIPT [--before | --after] [--only ID] [--json] [--list] [--help]" \
    "" \
    "Looks at this host and its cluster, says what it sees, and what to type where" \
    "something is wrong. Changes nothing. Some checks need root." \
    "" \
    "  --before   what has to be right before the first start" \
    "  --after    what has to be right on a running cluster" \
    "             (neither: --after when a unit of this bundle runs, else --before)" \
    "  --only ID  only this check; may be given several times, or as ID,ID" \
    "  --json     the result as JSON" \
    "  --list     the checks with their ids, without running them" \
    "  --help     print this" \
    "" \
    "Exit codes: 0 nothing is bad. 1 something is bad. 2 nothing is bad, but not all" \
    "could be checked; or usage."
}

doctor_main() {
  local -a rest=()
  # shellcheck disable=SC2317 # parse_options calls it
  usage() { doctor_usage; }
  take_only "$@"
  parse_options "before after json list" ${rest[@]+"${rest[@]}"}
  if ((OPT_BEFORE && OPT_AFTER)); then
    usage_error "--before and --after do not go together"
  fi
  require_tools awk sed timeout mktemp mkfifo readlink
  set_variables
  choose_phase
  read_checks
  choose_checks
  if ((OPT_LIST)); then
    list_checks
    exit 0
  fi
  run_checks
  report
}

# take_only ARGUMENT...: sets ONLY to the ids after --only and rest to the other arguments.
take_only() {
  local value
  ONLY=()
  while (($# > 0)); do
    case $1 in
      --only=*) value=${1#*=} ;;
      --only)
        value=${2-}
        (($# < 2)) || shift
        ;;
      *)
        rest+=("$1")
        shift
        continue
        ;;
    esac
    shift
    if [[ -z ${value//,/} ]]; then
      usage_error "--only needs the id of a check"
    fi
    while [[ -n $value ]]; do
      if [[ -n ${value%%,*} ]]; then
        ONLY+=("${value%%,*}")
      fi
      if [[ $value == *,* ]]; then value=${value#*,}; else value=''; fi
    done
  done
}

# Sets PHASE: a host on which something of ours runs is past its preflight.
choose_phase() {
  local index
  PHASE=before
  if ((OPT_AFTER)); then
    PHASE=after
  elif ((!OPT_BEFORE)); then
    for ((index = 0; index + 1 < ${#KB_UNITS[@]}; index += 2)); do
      if process_alive "$KB_ROOT/run/${KB_UNITS[index]}.pid"; then
        PHASE=after
      fi
    done
  fi
}
