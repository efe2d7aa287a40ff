#!/bin/sh
# Makes flow-mods.txt, group-mods.txt and errors.txt with the installed ovs-ofctl: what real tools encode and print.
#   flow-mods.txt   <input> TAB <what ovs-ofctl prints of its own bytes> TAB <bytes of the flow-mod, xid 1, in hex>
#   group-mods.txt  the same for groups
#   errors.txt      <name> <vendor> <type> <code> of every error of OpenFlow 1.3
# The switch's side (replies.txt) is recorded by the integration test with UPDATE_CORPUS=1.
set -eu
cd "$(dirname "$0")"
version=$(ovs-ofctl --version | head -1)

# The hex dump that `-m` at its loudest adds, as one string.
bytes() { sed -n 's/^[0-9a-f]\{8\}  \([^|]*\)|.*/\1/p' | tr -d ' \n-'; }

{
  echo "# $version: ovs-ofctl -O OpenFlow13 -mmmmmmmmm parse-flows (make.sh)"
  while IFS= read -r flow; do
    out=$(echo "$flow" | ovs-ofctl -O OpenFlow13 -mmmmmmmmm parse-flows - 2>/dev/null) || { echo "refused: $flow" >&2; exit 1; }
    text=$(echo "$out" | sed -n 's/^OFPT_FLOW_MOD (OF1.3) (xid=0x1): ADD *//p')
    printf '%s\t%s\t%s\n' "$flow" "$text" "$(echo "$out" | bytes)"
  done <flow-mods.in
} >flow-mods.txt

{
  echo "# $version: ovs-ofctl -O OpenFlow13 -mmmmmmmmm parse-group (make.sh)"
  while IFS= read -r group; do
    out=$(ovs-ofctl -O OpenFlow13 -mmmmmmmmm parse-group "$group" 2>/dev/null) || { echo "refused: $group" >&2; exit 1; }
    printf '%s\t%s\t%s\n' "$group" "$(echo "$out" | sed -n 's/^ ADD //p')" "$(echo "$out" | bytes)"
  done <group-mods.in
} >group-mods.txt

{
  echo "# $version: ovs-ofctl print-error (make.sh)"
  strings "$(command -v ovs-ofctl)" | grep -oE '^(OFP|NX)[A-Z0-9]+_[A-Z_]+$' |
    grep -vE '^(OFPT_|OFPAT|NXAST|NXM_|NXT_|NXOXM)' | sort -u | while read -r name; do
    ovs-ofctl print-error "$name" 2>/dev/null |
      sed -n "s/^OpenFlow 1.3: vendor \(.*\), type \(.*\), code \(.*\)/$name \1 \2 \3/p"
  done
} >errors.txt
