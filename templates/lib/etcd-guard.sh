# shellcheck shell=bash
# May this member start? With an empty data folder only when it never lived before; with data only when the living
# cluster still has it as a member.

# Set when a living cluster waits for this member after "member add", with the --initial-cluster that etcd wants then:
# the members there are, no more and no less.
JOINS_LIVING_CLUSTER=0
LIVING_CLUSTER=''

# has_etcd_data FOLDER: a member has begun its log there. Its folders alone prove nothing: etcd makes them first.
has_etcd_data() {
  local file folder=$1/member/wal
  if [[ $1 == "$KB_ETCD_DATA_DIR" ]]; then
    find_log_folder
    folder=$LOG_FOLDER
  fi
  for file in "$folder"/*.wal; do
    if [[ -e $file ]]; then
      return 0
    fi
  done
  return 1
}

# Sets LOG_FOLDER to where this member writes its log: the specification's flags may have --wal-dir.
find_log_folder() {
  local index
  LOG_FOLDER=$KB_ETCD_DATA_DIR/member/wal
  for ((index = 1; index < ${#KB_ARGV[@]}; index++)); do
    case ${KB_ARGV[index]} in
      --wal-dir=*) LOG_FOLDER=${KB_ARGV[index]#*=} ;;
      --wal-dir) LOG_FOLDER=${KB_ARGV[index + 1]-} ;;
    esac
  done
}

# migrate-etcd.sh and its like put the data in its place; until then this member has none, or the wrong one.
guard_unfinished() {
  local key value script='' step=''
  if [[ ! -r $KB_ETCD_DATA_DIR.in-progress ]]; then
    return 0
  fi
  while IFS='=' read -r key value; do
    case $key in
      script) script=$value ;;
      step) step=$value ;;
    esac
  done <"$KB_ETCD_DATA_DIR.in-progress"
  if [[ $step != swapped ]]; then
    quote_word "$KB_ROOT/etcd/$script"
    die "etcd was not started: $script was interrupted on this host, and its data is not in place yet." \
      "To finish that, which starts etcd too, type:" "  $QUOTED"
  elif ! has_etcd_data "$KB_ETCD_DATA_DIR"; then
    quote_word "$KB_ETCD_DATA_DIR.in-progress"
    die "etcd was not started: the data that $script put into $KB_ETCD_DATA_DIR is not there." \
      "Is its disk not mounted? When the data is lost, type the first, then $script with its --from again:" "  rm $QUOTED"
  fi
}

# A cluster that was founded anew (recovered, restored), or that this member was taken out of, has moved on: with its
# old data this one would only disturb it, or found the old cluster again with others like it.
guard_old_data() {
  local member host address client_port peer_port rows is_listed
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if [[ $member == "$KB_ETCD_NAME" ]] || ! etcd_says_healthy "$address" "$client_port" ||
      ! http_get "$address" "$client_port" /v2/members 3 || [[ $HTTP_STATUS != 200 ]]; then
      continue
    fi
    rows=$(list_members "$HTTP_BODY" | awk -F '\t' '{ print "," $3 "," }')
    is_listed=0
    if lists_this_member "$rows"; then
      is_listed=1
    fi
    if [[ -n $rows && -e $KB_ETCD_DATA_DIR.in-progress ]]; then
      # Nobody can have joined a cluster that has not run yet.
      if ((is_listed)); then quote_word "$KB_ROOT/etcd/replace-member.sh"; else quote_word "$KB_ROOT/etcd/add-member.sh"; fi
      forbid_start "an etcd cluster lives (says $address:$client_port), and the data here was made a new cluster, which has not run yet: two clusters would be there (split brain)." \
        "To have this host in the living one, which moves the new data aside, type:" "  $QUOTED"
    elif [[ -n $rows ]] && ((!is_listed)); then
      quote_word "$KB_ROOT/etcd/add-member.sh"
      forbid_start "the living etcd cluster (says $address:$client_port) does not have this member ($KB_ETCD_PEER_URL) any more, so the data in $KB_ETCD_DATA_DIR is of an earlier time." \
        "To join the living cluster, which moves the old data aside, type:" "  $QUOTED"
    fi
    return 0
  done <"$KB_ROOT/lib/etcd-members.tsv"
}

# lists_this_member ROWS: peer URLs in commas. Names or addresses in them are the specification's choice, which may have
# changed since.
lists_this_member() {
  local member host address client_port peer_port
  if [[ $1 == *",$KB_ETCD_PEER_URL,"* ]]; then
    return 0
  fi
  # shellcheck disable=SC2034 # a row has five columns, whichever of them are of use
  while IFS=$'\t' read -r member host address client_port peer_port; do
    if [[ $member == "$KB_ETCD_NAME" && ($1 == *",http://$host:$peer_port,"* || $1 == *",http://$address:$peer_port,"*) ]]; then
      return 0
    fi
  done <"$KB_ROOT/lib/etcd-members.tsv"
  return 1
}

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
  local id name peers clients rows mine='' mine_name='' mine_clients=''
  rows=$(list_members "$HTTP_BODY")
  LIVING_CLUSTER=''
  while IFS=$'\t' read -r id name peers clients; do
    if [[ ,$peers, == *",$KB_ETCD_PEER_URL,"* ]]; then
      mine=$id mine_name=$name mine_clients=$clients
      name=$KB_ETCD_NAME
    elif [[ $name == - ]]; then
      # Announced and never started: etcd compares the URLs, but wants a name before each.
      name=unnamed-$id
    fi
    LIVING_CLUSTER+=${LIVING_CLUSTER:+,}$name=${peers//,/,$name=}
  done < <(printf '%s\n' "$rows")
  if [[ -z $mine ]]; then
    quote_word "$KB_ROOT/etcd/add-member.sh"
    forbid_start "the etcd cluster that $1:$2 belongs to lives and does not know this member ($KB_ETCD_PEER_URL). Starting it as new would make a second cluster (split brain)." \
      "To have it in that cluster, type:" "  $QUOTED"
  elif [[ $mine_clients != - ]]; then
    quote_word "$KB_ROOT/etcd/replace-member.sh"
    forbid_start "this member was part of the living etcd cluster (id $mine, name $mine_name, says $1:$2), and its data in $KB_ETCD_DATA_DIR is gone: starting it as new would split the brain." \
      "When the data is only elsewhere (a disk that is not mounted), bring it back. Else replace the member; this takes the old entry out and joins as a new member:" "  $QUOTED"
  elif [[ $mine_name == - ]]; then
    # "member add" knows no name; a member of the first hour is listed with its own.
    # shellcheck disable=SC2034 # units/etcd.sh reads it
    JOINS_LIVING_CLUSTER=1
  fi
  # Listed with its name, without client URLs: what the first start in a new cluster looks like.
}

# forbid_start LINE...: ends the script, unless --force was given, and not by a script that means another check with it.
forbid_start() {
  if ((OPT_FORCE)) && [[ -z ${KUBEBALE_GUARD_STANDS-} ]]; then
    warn "$1" "Going on because of --force."
    return 0
  fi
  die "etcd was not started: $1" "${@:2}"
}
