# shellcheck shell=bash
# Texts as JSON strings, byte by byte where it has to be.

# json_string TEXT: sets JSON to a JSON string of it. Bytes that are no UTF-8 become U+FFFD.
json_string() {
  local LC_ALL=C text=$1 out='' char code index
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  if [[ $text == *[!\ -~]* ]]; then
    for ((index = 0; index < ${#text}; index++)); do
      char=${text:index:1}
      if [[ $char == [\ -~] ]]; then
        out+=$char
        continue
      fi
      utf8_sequence "${text:index:4}"
      if ((SEQUENCE > 1)); then
        out+=${text:index:SEQUENCE}
        index=$((index + SEQUENCE - 1))
      elif [[ $char == [$'\001'-$'\037'$'\177'] ]]; then
        printf -v code '\\u%04x' "'$char"
        out+=$code
      else
        out+='\ufffd'
      fi
    done
    text=$out
  fi
  # shellcheck disable=SC2034 # the caller prints it
  JSON="\"$text\""
}

# utf8_sequence BYTES: sets SEQUENCE to how many of them are one character (RFC 3629), or 0.
utf8_sequence() {
  local LC_ALL=C tail=$'[\200-\277]'
  # shellcheck disable=SC2053 # patterns on purpose
  if [[ $1 == [$'\302'-$'\337']$tail* ]]; then
    SEQUENCE=2
  elif [[ $1 == $'\340'[$'\240'-$'\277']$tail* || $1 == [$'\341'-$'\354'$'\356'$'\357']$tail$tail* ||
    $1 == $'\355'[$'\200'-$'\237']$tail* ]]; then
    SEQUENCE=3
  elif [[ $1 == $'\360'[$'\220'-$'\277']$tail$tail || $1 == [$'\361'-$'\363']$tail$tail$tail ||
    $1 == $'\364'[$'\200'-$'\217']$tail$tail ]]; then
    SEQUENCE=4
  else
    SEQUENCE=0
  fi
}
