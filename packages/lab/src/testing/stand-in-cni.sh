#!/bin/sh
# Stands in for a CNI plugin in tests: writes down each call in $LAB_TEST_DIR/calls, and answers ADD with the address in
# $LAB_TEST_DIR/address, or with the error in $LAB_TEST_DIR/error as often as that has lines.
cat >/dev/null
echo "$CNI_COMMAND $CNI_ARGS" >>"$LAB_TEST_DIR/calls"
[ -e "$CNI_NETNS" ] || { echo '{"code":3,"msg":"no such namespace"}'; exit 1; }
if [ "$CNI_COMMAND" = ADD ] && [ -s "$LAB_TEST_DIR/error" ]; then
  head -n 1 "$LAB_TEST_DIR/error"
  sed -i 1d "$LAB_TEST_DIR/error"
  exit 1
fi
[ "$CNI_COMMAND" != ADD ] || echo "{\"cniVersion\":\"0.4.0\",\"ips\":[{\"version\":\"4\",\"address\":\"$(cat "$LAB_TEST_DIR/address")/24\"}]}"
