# shellcheck shell=bash
# The rules of both flavours of iptables, and which of them are of docker, flannel and kube-proxy. Needs common.sh.

# Sets IPTABLES_FLAVOURS to the names of what this host has: iptables-legacy, ip6tables-nft, or iptables where there is
# only one flavour. Legacy and nft keep different rules in the kernel, and daemons may have used either.
iptables_find_flavours() {
  local base name
  local -a found
  IPTABLES_FLAVOURS=()
  for base in iptables ip6tables; do
    found=()
    for name in "$base-legacy" "$base-nft"; do
      if type -P "$name-save" >/dev/null && type -P "$name-restore" >/dev/null; then
        found+=("$name")
      fi
    done
    if ((${#found[@]} == 0)) && type -P "$base-save" >/dev/null && type -P "$base-restore" >/dev/null; then
      found+=("$base")
    fi
    IPTABLES_FLAVOURS+=(${found[@]+"${found[@]}"})
  done
}

# iptables_read FLAVOUR: sets IPTABLES_RULES: tables, chains with their policies, rules; without counters. X-save only
# reads: it makes no table that was not there, as "X -S" would. Nothing when the kernel has no such tables. Fails, with
# IPTABLES_REASON.
# shellcheck disable=SC2034 # the callers read them
iptables_read() {
  local try
  IPTABLES_RULES='' IPTABLES_REASON=''
  for try in 1 2 3; do
    if IPTABLES_RULES=$("$1-save" 2>/dev/null |
      awk '/^#/ || !NF { next } /^:/ { print $1, $2; next } { sub(/ +$/, ""); print }'); then
      return 0
    fi
    # Another program may have the tables for a moment.
    ((try == 3)) || sleep 0.5
  done
  # Apart, so that a warning never gets among the rules.
  IPTABLES_RULES=''
  IPTABLES_REASON=$("$1-save" 2>&1 >/dev/null) || true
  case $IPTABLES_REASON in
    # A kernel without nf_tables: Debian brings X-nft for every one.
    *"Failed to initialize nft: Protocol not supported"* | *"rule set generation id: Invalid argument"*) return 0 ;;
  esac
  return 1
}

# iptables_changes BEFORE-FILE AFTER-FILE NETWORK: what X-restore --noflush has to read so that what docker, flannel,
# kubelet and kube-proxy added between the two listings is gone: jumps first, then the rules in our chains, then the
# chains. Chains and rules of BEFORE-FILE stay. Nothing when there is nothing to do.
iptables_changes() {
  NETWORK=$3 awk '
    function ours(chain) { return chain ~ /^(KUBE-|FLANNEL-|DOCKER-)/ || chain == "DOCKER" }
    function number(address,   part) {
      split(address, part, ".")
      return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
    }
    function in_network(address,   whole, size, bits) {
      if (split(network, whole, "/") != 2) return 0
      sub(/\/32$/, "", address)
      # The awk of busybox may know no powers.
      size = 1
      for (bits = whole[2]; bits < 32; bits++) size *= 2
      return int(number(address) / size) == int(number(whole[1]) / size)
    }
    # A rule in a chain that is not ours, in exactly the shapes that those programs write.
    function added_rule(chain,   target) {
      if (match($0, / -[jg] [^ ]+/)) target = substr($0, RSTART + 4, RLENGTH - 4)
      if (ours(target) || ours(chain)) return 1
      if (table == "filter" && chain == "FORWARD") {
        if ($0 == "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT") return 1
        if ($0 ~ /^-A FORWARD -i docker0 (! )?-o docker0 -j (ACCEPT|DROP)$/) return 1
        if (network != "" && NF == 6 && $4 == network && $3 ~ /^-[sd]$/ && $6 == "ACCEPT") return 1
      }
      if (table == "nat" && chain == "POSTROUTING") {
        if ($0 ~ /^-A POSTROUTING -s [0-9.\/]+ ! -o docker0 -j MASQUERADE$/) return 1
        if ($3 == "-s" && $5 == "-d" && $4 == $6 && / --dport [0-9]+ -j MASQUERADE$/ && in_network($4)) return 1
        if (network != "" && index($0, " " network " ") && / -j (MASQUERADE|RETURN)( --random-fully)?$/) return 1
        if (/--comment "kubelet: SNAT outbound cluster traffic"/) return 1
        if (/--comment "kubernetes service traffic requiring SNAT"/) return 1
      }
      return 0
    }
    BEGIN { network = ENVIRON["NETWORK"] }
    /^\*/ { table = substr($1, 2); if (part == "after") tables[++count] = table; next }
    /^:/ {
      chain = substr($1, 2)
      if (part == "before") had[table, chain] = $2
      else if (ours(chain) && !((table, chain) in had)) {
        flush[table] = flush[table] "-F " chain "\n"
        remove[table] = remove[table] "-X " chain "\n"
      } else if (table == "filter" && chain == "FORWARD") {
        policy = (table, chain) in had ? had[table, chain] : "ACCEPT"
        if (policy != $2) change[table] = "-P FORWARD " policy "\n"
      }
      next
    }
    /^-A / {
      if (part == "before") { seen[table, $0]++; next }
      if (seen[table, $0] > 0) { seen[table, $0]--; next }
      if (ours($2) && !((table, $2) in had)) next
      if (added_rule($2)) change[table] = change[table] "-D" substr($0, 3) "\n"
    }
    END {
      for (i = 1; i <= count; i++) {
        table = tables[i]
        if (change[table] flush[table] == "") continue
        printf "*%s\n%s%s%sCOMMIT\n", table, change[table], flush[table], remove[table]
      }
    }' part=before "$1" part=after "$2"
}
