# shellcheck shell=bash disable=SC2034 # the checks read what is set here
# Who listens where on this host, from /proc/net: ss is not everywhere, and its output differs.

# listeners: prints "protocol port address inode" for each, IPv4 in decimal; :: for any address of both.
listeners() {
  local protocol
  for protocol in tcp tcp6 udp udp6; do
    if [[ -r /proc/net/$protocol ]]; then
      # 0A is LISTEN; 07 is what an unconnected udp socket has.
      awk -v protocol="${protocol%6}" '
        function hex(text,   i, value) {
          value = 0
          for (i = 1; i <= length(text); i++) value = value * 16 + index("0123456789ABCDEF", substr(text, i, 1)) - 1
          return value
        }
        function dotted(text) {
          # The bytes of an address stand in the order of this machine, which is little endian.
          return hex(substr(text, 7, 2)) "." hex(substr(text, 5, 2)) "." hex(substr(text, 3, 2)) "." hex(substr(text, 1, 2))
        }
        NR > 1 && $4 == (protocol == "tcp" ? "0A" : "07") {
          split($2, local, ":")
          if (length(local[1]) == 8) address = dotted(local[1])
          else if (local[1] ~ /^0+$/) address = "::"
          else if (local[1] ~ /^0000000000000000FFFF0000/) address = dotted(substr(local[1], 25))
          else address = "v6"
          print protocol, hex(local[2]), address, $10
        }
      ' "/proc/net/$protocol"
    fi
  done
}

# find_owners INODE...: sets OWNER_PID, by inode, to the processes that hold these sockets. Without root
# only those of the same user are found.
find_owners() {
  local wanted=" $* " link pid inode
  declare -gA OWNER_PID
  OWNER_PID=()
  if (($# == 0)); then
    return 0
  fi
  while read -r link inode; do
    inode=${inode#socket:[}
    inode=${inode%]}
    if [[ $wanted == *" $inode "* ]]; then
      pid=${link#/proc/}
      OWNER_PID[$inode]=${pid%%/*}
    fi
    # Processes end while we look.
  done < <(find /proc/[0-9]*/fd -maxdepth 1 -lname 'socket:*' -printf '%p %l\n' 2>/dev/null || true)
}
