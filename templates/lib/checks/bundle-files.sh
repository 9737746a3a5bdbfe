# shellcheck shell=bash disable=SC2034 # doctor-run.sh reads what begins with check_
# A file that was damaged on the way fails later, and looks like something else.
check_title='files of the bundle'
check_group=bundle
check_phase='before after'
check_roles='etcd master node'
check_limit=25

check() {
  local output code=0
  if [[ -e $KB_ROOT/verify.sh ]]; then
    output=$("$BASH" "$KB_ROOT/verify.sh" 2>&1) || code=$?
    if ((code == 0)); then
      good "all are as they were compiled"
    elif ((code == 1)); then
      bad "some are not as they were compiled" "Which ones:" "  $TYPED_ROOT/verify.sh"
    fi
    unknown "verify.sh ends with $code: ${output%%$'\n'*}" "Type:" "  $TYPED_ROOT/verify.sh"
  fi
  if [[ ! -r $KB_ROOT/SHA256SUMS ]]; then
    bad "SHA256SUMS is not there" "Unpack the tarball again, over this folder."
  fi
  cd -- "$KB_ROOT" || unknown "$KB_ROOT cannot be entered"
  output=$(sha256sum -c --quiet SHA256SUMS 2>/dev/null) || code=$?
  if ((code == 0)); then
    good "all are as they were compiled"
  fi
  output=${output//: FAILED open or read/ (missing)}
  output=${output//: FAILED/}
  bad "not as compiled: ${output//$'\n'/, }" \
    "Unpack the tarball again, over this folder. When they were changed on purpose, change the specification instead."
}
