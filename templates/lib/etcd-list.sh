# shellcheck shell=bash
# The members that a living etcd tells of.

# list_members JSON: a line for each member: id, name, peer URLs, client URLs (joined with commas;
# "-" for none), between tabs.
list_members() {
  printf '%s\n' "$1" | awk '
    # The text between the key and the character that ends it, without quotes and blanks.
    function field(key, last,   text, at) {
      at = index($0, "\"" key "\":")
      if (at == 0) return "-"
      text = substr($0, at + length(key) + 3)
      if (index(text, "null") == 1) return "-"
      sub(/^ *["\[]/, "", text)
      text = substr(text, 1, index(text, last) - 1)
      gsub(/["\] ]/, "", text)
      return text == "" ? "-" : text
    }
    BEGIN { RS = "}"; OFS = "\t" }
    /"peerURLs"/ { print field("id", "\""), field("name", "\""), field("peerURLs", "]"), field("clientURLs", "]") }
  '
}
