# shellcheck shell=bash disable=SC2034 # the checks read what is set here
# iptables as the checks of doctor.sh look at it: listing a table of the legacy flavour would load its
# kernel module, and a check changes nothing.

# type -P also finds a file that is no program, when it finds nothing better.
iptables_there() {
  local path
  path=$(type -P iptables) && [[ -x $path ]]
}

# iptables_version: sets IPTABLES_VERSION (1.8.9) and IPTABLES_FLAVOUR (legacy or nf_tables), or ends
# the check.
iptables_version() {
  local text
  if ! iptables_there; then
    bad "iptables is not on this host" "Install the package iptables from this system's own medium."
  fi
  text=$(iptables --version 2>/dev/null) || bad "iptables does not start" "Type:" "  iptables --version"
  IPTABLES_FLAVOUR=legacy
  if [[ $text == *nf_tables* ]]; then
    IPTABLES_FLAVOUR=nf_tables
  fi
  text=${text#*v}
  IPTABLES_VERSION=${text%% *}
}

# table_there TABLE: something has used it already, so that listing it loads nothing.
table_there() {
  [[ $IPTABLES_FLAVOUR == nf_tables ]] || grep -qx -- "$1" /proc/net/ip_tables_names 2>/dev/null
}

# chain_rules TABLE CHAIN: sets RULES to its lines as of iptables -S; empty when nothing has used the table.
chain_rules() {
  RULES=''
  if table_there "$1"; then
    RULES=$(iptables -t "$1" -S "$2" 2>/dev/null) || unknown "iptables -t $1 -S $2 fails" "Type:" "  iptables -t $1 -S $2"
  fi
}
