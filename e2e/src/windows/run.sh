#!/usr/bin/env bash
# The lane `windows`: bundles each program and runs it in Windows' node.exe under Wine. Everything is built before.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# shellcheck source=tools/lib.sh
. tools/lib.sh
# shellcheck source=tools/wine.d/prepare.sh
. tools/wine.d/prepare.sh

results=$root/e2e/test-results
mkdir -p "$results"
rm -f "$results"/windows*.counts
failed=0
for entry in e2e/src/windows/*.wine.ts; do
  name=$(basename "$entry" .wine.ts)
  node e2e/src/windows/bundle.mjs "$entry" "e2e/dist/windows/$name" "$(koffi_binary)"
  say "$name (Wine)"
  tools/wine run --timeout 400 "e2e/dist/windows/$name/main.js" "$(windows_path "$results/windows-$name.counts")" || failed=1
done
# What a program that did not come to its end did not count is a failure all the same.
cat "$results"/windows-*.counts 2>/dev/null | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' >"$results/windows.counts"
exit $failed
