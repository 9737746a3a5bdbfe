# shellcheck shell=bash
# What doctor.sh prints: a line for each check, what to type under it, and a summary; or JSON.

report() {
  local id
  GOOD=0 WARNING=0 BAD=0 UNKNOWN=0 SKIP=0
  AGAIN=''
  GROUP=''
  if ((OPT_JSON)); then
    json_head
  else
    text_head
  fi
  for id in ${CHOSEN[@]+"${CHOSEN[@]}"}; do
    read_result "$id"
    case $VERDICT in
      good) GOOD=$((GOOD + 1)) ;;
      warning) WARNING=$((WARNING + 1)) ;;
      bad) BAD=$((BAD + 1)) ;;
      skip) SKIP=$((SKIP + 1)) ;;
      *) UNKNOWN=$((UNKNOWN + 1)) ;;
    esac
    if ((OPT_JSON)); then
      json_check "$id"
    else
      text_check "$id"
    fi
  done
  CODE=0
  if ((BAD > 0)); then
    CODE=$EXIT_FAILED
  elif ((UNKNOWN > 0)); then
    CODE=$EXIT_CANNOT
  fi
  if ((OPT_JSON)); then
    json_end
  else
    text_end
  fi
  exit "$CODE"
}

# read_result ID: sets VERDICT, OBSERVED and CURE.
read_result() {
  local text code='' output=''
  local -a parts=()
  if [[ -s $WORK/$1.result && ! -e $WORK/$1.twice && ! -s $WORK/$1.output ]]; then
    while IFS= read -r -d '' text; do
      parts+=("$text")
    done <"$WORK/$1.result"
  elif [[ -e $WORK/$1.late ]]; then
    parts=(unknown "it took longer than ${C_LIMIT[$1]} s, and was ended")
  else
    { read -r code <"$WORK/$1.code"; } 2>/dev/null || true
    output=$(cat "$WORK/$1.output" "$WORK/$1.twice" 2>/dev/null | tail -n 3) || true
    parts=(unknown "the check itself failed (code ${code:-none})${output:+: ${output//$'\n'/ }}")
  fi
  VERDICT=${parts[0]-unknown}
  clean_text "${parts[1]-}"
  OBSERVED=$CLEAN
  CURE=()
  for text in ${parts[@]+"${parts[@]:2}"}; do
    clean_text "$text"
    CURE+=("$CLEAN")
  done
}

# clean_text TEXT: sets CLEAN to it on one line and without anything that a terminal would obey.
clean_text() {
  CLEAN=${1//[$'\n\t']/ }
  CLEAN=${CLEAN//[[:cntrl:]]/?}
}

# --- text ------------------------------------------------------------------------------------

text_head() {
  local when='on a running cluster'
  if [[ $PHASE == before ]]; then
    when='before the start'
  fi
  print_wrapped '' "$KB_CLUSTER: $KB_HOST ($KB_ADDRESS), $when" || true
}

text_check() {
  local word text line
  if [[ $VERDICT == skip ]] && ((${#ONLY[@]} == 0)); then
    return 0
  fi
  if [[ ${C_GROUP[$1]} != "$GROUP" ]]; then
    GROUP=${C_GROUP[$1]}
    printf '\n%s\n' "$GROUP"
  fi
  if [[ $VERDICT != good && $VERDICT != skip ]]; then
    AGAIN+=${AGAIN:+,}$1
  fi
  printf -v word '  %-8s ' "$VERDICT"
  text=$(hang "$word" "${C_TITLE[$1]}${C_QUESTION[$1]:+ (${C_QUESTION[$1]})}: $OBSERVED")
  color_verdict
  printf '%s\n' "  $COLORED${text#"  $VERDICT"}"
  for line in ${CURE[@]+"${CURE[@]}"}; do
    if [[ $line == ' '* ]]; then
      printf '           %s\n' "$line"
    else
      hang '           ' "$line"
    fi
  done
}

# hang PREFIX TEXT: in lines of 80 columns, all but the first indented as far as PREFIX is long.
hang() {
  local line=$1 rest=$2 gap='' word
  while [[ -n $rest ]]; do
    word=${rest%% *}
    if [[ $rest == *' '* ]]; then rest=${rest#* }; else rest=''; fi
    if [[ -n $gap ]] && ((${#line} + 1 + ${#word} > 80)); then
      printf '%s\n' "$line"
      printf -v line '%*s%s' "${#1}" '' "$word"
    else
      line+=$gap$word
    fi
    gap=' '
  done
  printf '%s\n' "$line"
}

# Sets COLORED to the verdict, in its color on a terminal.
color_verdict() {
  local color=''
  COLORED=$VERDICT
  case $VERDICT in
    good) color=32 ;;
    warning) color=33 ;;
    bad) color=31 ;;
    unknown) color=35 ;;
  esac
  if [[ -n $color && -z ${NO_COLOR-} && ${TERM-dumb} != dumb && -t 1 ]]; then
    COLORED=$'\033'"[${color}m$VERDICT"$'\033[0m'
  fi
}

text_end() {
  local line="$GOOD good, $WARNING warning"
  if ((WARNING != 1)); then line+=s; fi
  line+=", $BAD bad"
  if ((UNKNOWN > 0)); then line+=", $UNKNOWN could not be checked"; fi
  if ((SKIP > 0)); then line+=", $SKIP not for this host"; fi
  printf '\n'
  print_wrapped '' "$line."
  if [[ -n $AGAIN ]]; then
    line="  $TYPED_ROOT/doctor.sh --only $AGAIN"
    # Many at once are as quickly looked at with all the rest.
    if ((${#line} > 80)); then
      line="  $TYPED_ROOT/doctor.sh --$PHASE"
    fi
    printf '%s\n' "To look at these again:" "$line"
  fi
}

list_checks() {
  local id
  for id in ${CHECKS[@]+"${CHECKS[@]}"}; do
    printf '%-26s %-9s %s\n' "$id" "${C_GROUP[$id]}" "${C_TITLE[$id]}${C_QUESTION[$id]:+ (${C_QUESTION[$id]})}"
  done
}

# --- JSON ------------------------------------------------------------------------------------

json_head() {
  local name
  printf '{'
  for name in cluster host address; do
    local variable=KB_${name^^}
    json_string "${!variable}"
    printf '"%s":%s,' "$name" "$JSON"
  done
  printf '"phase":"%s","checks":[' "$PHASE"
  SEPARATOR=''
}

json_check() {
  local line separator=''
  printf '%s\n' "$SEPARATOR"
  SEPARATOR=,
  json_string "${C_TITLE[$1]}"
  printf '{"id":"%s","group":"%s","question":"%s","title":%s' "$1" "${C_GROUP[$1]}" "${C_QUESTION[$1]}" "$JSON"
  json_string "$OBSERVED"
  printf ',"verdict":"%s","observed":%s,"cure":[' "$VERDICT" "$JSON"
  for line in ${CURE[@]+"${CURE[@]}"}; do
    json_string "$line"
    printf '%s%s' "$separator" "$JSON"
    separator=,
  done
  printf ']}'
}

json_end() {
  printf '],\n"summary":{"good":%s,"warning":%s,"bad":%s,"unknown":%s,"skip":%s},"exit":%s}\n' \
    "$GOOD" "$WARNING" "$BAD" "$UNKNOWN" "$SKIP" "$CODE"
}
