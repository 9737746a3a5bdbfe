# shellcheck shell=bash
# May this member start with an empty data folder? Only when it never lived before.

# Set when a living cluster waits for this member after "member add".
JOINS_LIVING_CLUSTER=0

guard_empty_data() {
  local member host address client_port peer_port answered=0
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if [[ $member == "$KB_ETCD_NAME" ]] || ! http_get "$address" "$client_port" /v2/members 3; then
      continue
    fi
    if [[ $HTTP_STATUS == 200 ]]; then
      answered=1
      judge_membership "$address" "$client_port"
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  if ((answered)) || [[ ! -e $FIRST_START_FILE ]]; then
    return 0
  fi
  forbid_start "the data of this etcd member is gone: it ran here before ($FIRST_START_FILE says so), and $KB_ETCD_DATA_DIR is empty now. No other member answers, so nobody can tell whether the cluster lives on elsewhere." \
    "Start the other members first, and this one then says what to do. When the loss is meant, and all other hosts were emptied too:" \
    "  $(path_of_script start) --force"
}

# judge_membership ADDRESS PORT: what a living member (its answer in HTTP_BODY) knows about us.
judge_membership() {
  local id name peers clients etcdctl mine=''
  etcdctl="${KB_ETCDCTL_API:+ETCDCTL_API=$KB_ETCDCTL_API }$TYPED_ROOT/bin/etcdctl ${KB_ETCDCTL_ENDPOINTS---endpoints} http://$1:$2"
  while IFS=$'\t' read -r id name peers clients; do
    if [[ ,$peers, == *",$KB_ETCD_PEER_URL,"* ]]; then
      mine=$id
      break
    fi
  done < <(list_members "$HTTP_BODY")
  if [[ -z $mine ]]; then
    forbid_start "the etcd cluster that $1:$2 belongs to lives and does not know this member ($KB_ETCD_PEER_URL). Starting it as new would make a second cluster (split brain)." \
      "Add it there with the first, then start it with the second, which joins it:" \
      "  $etcdctl member add $KB_ETCD_NAME $KB_ETCD_PEER_URL" "  $(path_of_script start)"
  elif [[ $clients != - ]]; then
    forbid_start "this member was part of the living etcd cluster (id $id, name $name, says $1:$2), and its data in $KB_ETCD_DATA_DIR is gone: starting it as new would split the brain." \
      "When the data is only elsewhere (a disk that is not mounted), bring it back. Else replace the member, one command after the other; the last one joins it:" \
      "  $etcdctl member remove $id" "  $etcdctl member add $KB_ETCD_NAME $KB_ETCD_PEER_URL" "  $(path_of_script start)"
  elif [[ $name == - ]]; then
    # "member add" knows no name; a member of the first hour is listed with its own.
    # shellcheck disable=SC2034 # units/etcd.sh reads it
    JOINS_LIVING_CLUSTER=1
  fi
  # Listed with its name, without client URLs: what the first start in a new cluster looks like.
}

# forbid_start LINE...: ends the script, unless --force was given.
forbid_start() {
  if ((OPT_FORCE)); then
    warn "$1" "Going on because of --force."
    return 0
  fi
  die "etcd was not started: $1" "${@:2}"
}
