# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# Logs and people go by the name; a host that is called otherwise is the wrong one, or soon taken for it.
check_title='name of this host'
check_group=host
check_phase='before after'
check_roles='etcd master node'

check() {
  local name
  name=$(uname -n)
  if [[ $name == "$KB_HOST" || ${name%%.*} == "$KB_HOST" ]]; then
    good "$name"
  fi
  quote_word "$KB_HOST"
  if [[ -d /run/systemd/system ]]; then
    warning "it is called $name, in the specification $KB_HOST" "Is this the right host? Then give it its name:" \
      "  hostnamectl set-hostname $QUOTED"
  fi
  warning "it is called $name, in the specification $KB_HOST" "Is this the right host? Then give it its name:" \
    "  hostname $QUOTED; echo $QUOTED >/etc/hostname"
}
