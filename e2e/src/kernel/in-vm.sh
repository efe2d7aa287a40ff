#!/usr/bin/env bash
# Runs the tests of this directory, inside tools/vm, after bundle.mjs: leaves kernel.counts and the lab's logs in $VM_OUTPUT.
set -uo pipefail
[ -n "${VM_GUEST:-}" ] || { echo "this runs inside ./tools/vm" >&2; exit 2; }
# shellcheck disable=SC1091
. e2e/dist/kernel/mount.sh
# What the kernel would load one by one, each by a program of its own.
modprobe -a nf_tables nft_compat nft_chain_nat nft_ct xt_set xt_mark xt_comment xt_conntrack xt_CT \
  xt_MASQUERADE xt_tcpudp ip_set_hash_net ip_set_hash_ip nf_conntrack_netlink veth bridge
cd e2e || exit
# Less time is spent collecting garbage with more room for it.
export NODE_OPTIONS=--max-semi-space-size=32
../node_modules/.bin/vitest run --config vitest.kernel.config.ts "$@"
code=$?
cp test-results/kernel.* "$VM_OUTPUT/" || code=1
exit "$code"
