# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# An apiserver on 127.0.0.1 serves nobody but its own host (Q3).
check_title='address of kube-apiserver'
check_group=master
check_phase=after
check_roles=master
check_question=Q3

check() {
  # shellcheck source=../cluster-look.sh
  . "$KB_ROOT/lib/cluster-look.sh"
  local port found address planned='' row_host row_unit row_port row_address outside=''
  cluster_value api-port
  port=$VALUE
  typed_start kube-apiserver
  type -P ss >/dev/null || unknown "ss is not on this host" "Install the package iproute2."
  found=$(ss -ltn 2>/dev/null | awk -v port="$port" '$4 ~ ":" port "$" { sub(":" port "$", "", $4); print $4 }' | sort -u) || true
  if [[ -z $found ]]; then
    bad "nothing listens on port $port" "Type:" "  $TYPED_START"
  fi
  while IFS= read -r address; do
    [[ $address == 127.* || $address == *::1* || $address == '[::ffff:127.'* ]] || outside=$address
  done <<<"$found"
  if [[ -n $outside ]]; then
    good "it listens on $outside, port $port"
  fi
  while IFS=$'\t' read -r row_host _ row_unit _ row_port row_address _; do
    if [[ $row_host == "$KB_HOST" && $row_unit == kube-apiserver && $row_port == "$port" ]]; then
      planned=$row_address
    fi
  done <"$KB_ROOT/lib/ports.tsv"
  found=${found//$'\n'/, }
  if [[ $planned == 127.* ]]; then
    warning "it listens on $found only, as the specification says" \
      "No other host reaches the API. To open it to them, write \"insecureBindAddress\": \"0.0.0.0\" under \"apiserver\", compile, unpack, then type:" \
      "  $TYPED_RESTART"
  elif script_is_loopback; then
    bad "it listens on $found only, and its start script says ${FLAG_VALUE:-so}; the specification says $planned" \
      "Take that out of the flags in the specification and compile again; or, when a hand has changed the script, unpack this host's tarball over it. Then type:" \
      "  $TYPED_RESTART"
  fi
  bad "it listens on $found only; its start script says ${FLAG_VALUE:-$planned}" \
    "It runs with an older command line. Start it again:" "  $TYPED_RESTART"
}

# script_is_loopback: what would run next. Sets FLAG_VALUE.
script_is_loopback() {
  local line
  FLAG_VALUE=''
  line=$("$BASH" "$UNIT_SCRIPT" --print 2>/dev/null) || return 1
  [[ $line =~ --(insecure[-_]bind[-_]address|address)[=\ ]([^ ]+) ]] || return 1
  FLAG_VALUE="--${BASH_REMATCH[1]}=${BASH_REMATCH[2]}"
  [[ ${BASH_REMATCH[2]} == 127.* ]]
}
