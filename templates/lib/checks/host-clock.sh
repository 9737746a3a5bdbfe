# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# With a clock years off, tokens and certificates are of no use, and logs cannot be compared.
check_title='clock of this host'
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local year now name folder
  year=$(date -u +%Y)
  now=$(date -u '+%Y-%m-%d %H:%M UTC')
  if ((10#$year < 2024 || 10#$year > 2060)); then
    bad "it says $now" "Set it, here and in the machine's own clock:" "  date -u -s 'YEAR-MONTH-DAY HOUR:MINUTE'; hwclock -w -u"
  fi
  for folder in /proc/[0-9]*; do
    { read -r name <"$folder/comm"; } 2>/dev/null || continue
    case $name in
      chronyd | ntpd | openntpd | systemd-timesyn | ptp4l | phc2sys) good "$now, kept by $name" ;;
    esac
  done
  warning "$now, and nothing keeps it: the hosts drift apart" \
    "Have chrony or ntp on the hosts, with one of them as the source. Compare by hand:" "  date -u"
}
