# shellcheck shell=bash disable=SC2034 # the checks read what is set here
# What flannel left or gave on this host, for the checks of doctor.sh.

# Sets FLANNEL_NETWORK, FLANNEL_SUBNET and FLANNEL_MTU from SUBNET_FILE; empty where it does not say so.
read_flannel_file() {
  local line
  FLANNEL_NETWORK='' FLANNEL_SUBNET='' FLANNEL_MTU=''
  SUBNET_FILE=${KB_FLANNEL_SUBNET_FILE:-/run/flannel/subnet.env}
  if [[ ! -r $SUBNET_FILE ]]; then
    return 0
  fi
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^FLANNEL_(NETWORK|SUBNET)=([0-9.]+/[0-9]+)$ ]]; then
      printf -v "FLANNEL_${BASH_REMATCH[1]}" '%s' "${BASH_REMATCH[2]}"
    elif [[ $line =~ ^FLANNEL_MTU=([0-9]{1,5})$ ]]; then
      FLANNEL_MTU=${BASH_REMATCH[1]}
    fi
  done <"$SUBNET_FILE"
}

# in_network ADDRESS NETWORK/LENGTH
in_network() {
  local length=${2#*/} address network mask
  address_number "$1"
  address=$NUMBER
  address_number "${2%/*}"
  network=$NUMBER
  mask=$(((0xffffffff << (32 - length)) & 0xffffffff))
  (((address & mask) == (network & mask)))
}

# address_number ADDRESS: sets NUMBER.
address_number() {
  local a b c d
  a=${1%%.*} b=${1#*.}
  c=${b#*.} b=${b%%.*}
  d=${c#*.} c=${c%%.*}
  NUMBER=$(((10#$a << 24) + (10#$b << 16) + (10#$c << 8) + 10#$d))
}
