# shellcheck shell=bash
# The flags of all host scripts. A script says which ones it takes and defines `usage`, which
# prints its help.

# parse_options TAKES ARGUMENT...: TAKES is a list of words, "force" for a flag, "timeout=" for one
# with a value; --help is always taken. Sets OPT_FORCE to 0 or 1 and OPT_TIMEOUT to the value, ''
# when it was not given ("-" becomes "_"). Anything unknown ends with 2 and the usage.
#   parse_options "force timeout=" "$@"
parse_options() {
  local takes=" $1 " name value
  shift
  clear_options "$takes"
  while (($# > 0)); do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --?*) ;;
      *) usage_error "no argument is expected here: $1" ;;
    esac
    name=${1#--}
    name=${name%%=*}
    # A name with a blank or "=" in it must not be found in the list by accident.
    if [[ $name != [a-z]* || $name == *[!a-z-]* ]]; then
      usage_error "unknown option: $1"
    elif [[ $takes == *" $name "* ]]; then
      if [[ $1 == *=* ]]; then
        usage_error "--$name takes no value: $1"
      fi
      set_option "$name" 1
    elif [[ $takes == *" $name= "* ]]; then
      if [[ $1 == *=* ]]; then
        value=${1#*=}
      elif (($# > 1)); then
        value=$2
        shift
      else
        usage_error "--$name needs a value"
      fi
      if [[ -z $value ]]; then
        usage_error "--$name needs a value"
      fi
      if [[ $name == timeout ]]; then
        check_seconds "$value"
        value=$((10#$value))
      fi
      set_option "$name" "$value"
    else
      usage_error "unknown option: $1"
    fi
    shift
  done
}

# clear_options TAKES: so that an OPT_FORCE in the caller's environment means nothing.
clear_options() {
  local name
  # shellcheck disable=SC2086 # a list of words, split on purpose
  for name in $1; do
    if [[ $name == *= ]]; then
      set_option "${name%=}" ''
    else
      set_option "$name" 0
    fi
  done
}

# set_option NAME VALUE
set_option() {
  local variable=${1//-/_}
  printf -v "OPT_${variable^^}" '%s' "$2"
}

check_seconds() {
  if [[ -z $1 || $1 == *[!0-9]* ]] || ((${#1} > 9)); then
    usage_error "--timeout needs a whole number of seconds (0: without limit), not: $1"
  fi
}

# usage_error LINE...: what is wrong, then the help, exit 2.
usage_error() {
  complain "$@"
  usage >&2
  exit "$EXIT_CANNOT"
}
