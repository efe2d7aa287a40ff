#!/usr/bin/env bash
# The lane `windows`: bundles programs and runs them in Windows' node.exe under Wine. Everything is built before.
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

say "contract of hosts (Wine)"
bundle e2e/src/windows/contract.ts e2e/dist/windows/contract
tools/wine run --timeout 400 e2e/dist/windows/contract/main.js "$(windows_path "$results/windows-contract.counts")" || failed=1

say "a Windows Node in a cluster (Wine)"
(cd e2e && npx --no-install vitest run --config vitest.windows.config.ts) || failed=1

# What a program that did not come to its end did not count is a failure all the same.
cat "$results"/windows-*.counts 2>/dev/null | awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' >"$results/windows.counts"
exit $failed
