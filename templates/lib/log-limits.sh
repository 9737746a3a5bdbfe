# shellcheck shell=bash
# When a log is rotated, and how many older ones stay. For install-services.sh and rotate-logs.sh.

LOG_SIZE=100M
LOG_KEEP=5

# read_log_limits: OPT_SIZE and OPT_KEEP into LOG_SIZE, LOG_KEEP and LOG_BYTES.
read_log_limits() {
  local number factor
  LOG_SIZE=${OPT_SIZE:-$LOG_SIZE}
  LOG_KEEP=${OPT_KEEP:-$LOG_KEEP}
  if [[ ! $LOG_SIZE =~ ^([1-9][0-9]{0,8})([kMG]?)$ ]]; then
    usage_error "--size needs a number of bytes above 0, or one with k, M or G, not: $LOG_SIZE"
  fi
  number=${BASH_REMATCH[1]}
  case ${BASH_REMATCH[2]} in
    k) factor=1024 ;;
    M) factor=1048576 ;;
    G) factor=1073741824 ;;
    *) factor=1 ;;
  esac
  # shellcheck disable=SC2034 # rotate-copy.sh compares with it
  LOG_BYTES=$((number * factor))
  if [[ ! $LOG_KEEP =~ ^[1-9][0-9]{0,2}$ ]]; then
    usage_error "--keep needs a number from 1 to 999, not: $LOG_KEEP"
  fi
}
