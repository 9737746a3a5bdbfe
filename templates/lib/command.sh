# shellcheck shell=bash
# The daemon's command line: to be shown with --print, and to be run.

# What only the running host knows is, for --print, a mark in the argument that becomes ${NAME}
# again after quoting: a user's own text that looks like ${NAME} stays quoted.
readonly MARK=$'\001kubebale\001'

# Names of variables that a unit's preflight fills in; its library overrides this.
KB_RUNTIME_NAMES=()

# Sets PRINT_LINE and PROGRAM (absolute) without knowing anything of this host.
read_command_line() {
  local name
  for name in ${KB_RUNTIME_NAMES[@]+"${KB_RUNTIME_NAMES[@]}"}; do
    printf -v "$name" '%s' "$MARK$name$MARK"
  done
  command_line
  PROGRAM=$KB_ROOT/bin/${KB_ARGV[0]}
  print_line "$PROGRAM" ${KB_ARGV[@]+"${KB_ARGV[@]:1}"}
  for name in ${KB_RUNTIME_NAMES[@]+"${KB_RUNTIME_NAMES[@]}"}; do
    unset -v "$name"
  done
}

# print_line WORD...: sets PRINT_LINE, one line of shell words that means exactly these.
print_line() {
  local word
  PRINT_LINE=''
  for word in "$@"; do
    quote_marked_word "$word"
    PRINT_LINE+=${PRINT_LINE:+ }$QUOTED
  done
}

# quote_marked_word TEXT: quotes what stands between the marks, leaves ${NAME} bare.
quote_marked_word() {
  local rest=$1 before line=''
  while [[ $rest == *"$MARK"*"$MARK"* ]]; do
    before=${rest%%"$MARK"*}
    if [[ -n $before ]]; then
      quote_word "$before"
      line+=$QUOTED
    fi
    rest=${rest#*"$MARK"}
    line+="\${${rest%%"$MARK"*}}"
    rest=${rest#*"$MARK"}
  done
  if [[ -n $rest || -z $line ]]; then
    quote_word "$rest"
    line+=$QUOTED
  fi
  QUOTED=$line
}

# Fails with what to do when the program is not in the bundle.
require_program() {
  local name=${PROGRAM##*/}
  if [[ ! -e $PROGRAM ]]; then
    refuse "bin/$name is not in this bundle: compile with --artifacts, or copy it to" "  $TYPED_ROOT/bin/"
  elif [[ -d $PROGRAM || ! -x $PROGRAM ]]; then
    refuse "$PROGRAM is not an executable file." "Type:" "  chmod 0755 $TYPED_ROOT/bin/$name"
  fi
}
