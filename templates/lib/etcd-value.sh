# shellcheck shell=bash
# The value in an answer of etcd's v2 API.

# json_value TEXT: sets JSON_VALUE to the first "value" string of an answer, with its escapes undone.
json_value() {
  local rest=${1#*\"value\":} char code
  JSON_VALUE=''
  rest=${rest#*\"}
  while [[ -n $rest && $rest != \"* ]]; do
    char=${rest:0:1}
    rest=${rest:1}
    if [[ $char == \\ ]]; then
      char=${rest:0:1}
      rest=${rest:1}
      case $char in
        n) char=$'\n' ;;
        t) char=$'\t' ;;
        r) char=$'\r' ;;
        u)
          printf -v code '\\u%s' "${rest:0:4}"
          printf -v char '%b' "$code"
          rest=${rest:4}
          ;;
      esac
    fi
    JSON_VALUE+=$char
  done
}
