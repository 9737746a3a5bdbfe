# shellcheck shell=bash
# Texts as shell words: for --print, and for every command that a message tells to type.

# quote_word TEXT: sets QUOTED to one shell word on one line that means exactly TEXT.
quote_word() {
  local LC_ALL=C text=$1 escaped='' char index code quote="'" broken="'\\''"
  if [[ -z $text ]]; then
    QUOTED="''"
  elif [[ $text != *[!a-zA-Z0-9_.,:/=@%+-]* ]]; then
    QUOTED=$text
  elif [[ $text != *[[:cntrl:]]* ]]; then
    QUOTED="'${text//$quote/$broken}'"
  else
    for ((index = 0; index < ${#text}; index++)); do
      char=${text:index:1}
      case $char in
        "'" | \\) escaped+="\\$char" ;;
        $'\n') escaped+='\n' ;;
        [[:cntrl:]])
          printf -v code '\\%03o' "'$char"
          escaped+=$code
          ;;
        *) escaped+=$char ;;
      esac
    done
    QUOTED="\$'$escaped'"
  fi
}

# quote_words WORD...: sets QUOTED to all of them, with blanks between.
quote_words() {
  local line='' word
  for word in "$@"; do
    quote_word "$word"
    line+=" $QUOTED"
  done
  QUOTED=${line# }
}

# The bundle's path as a person would have to type it.
quote_word "$KB_ROOT"
# shellcheck disable=SC2034 # read by the scripts that source this
TYPED_ROOT=$QUOTED
