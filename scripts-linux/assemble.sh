#!/usr/bin/env bash
# Puts the programs of a built checkout together: antrea-agent, antrea-controller, antctl and the CNI plugin, with the
# libraries that they need and nothing else.
#
#   scripts-linux/assemble.sh DIRECTORY
#
# DIRECTORY/bin has the programs; it can be copied anywhere. Node.js and the tools of the host are not in it.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

case "${1:-}" in
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  '' | -*) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
target=$1

programs=(agent controller antctl)
for file in agent/dist/main-linux.js controller/dist/main.js antctl/dist/main.js cni/dist/antrea-cni; do
  [ -e "$root/packages/$file" ] || { echo "packages/$file is missing: build first (npm run build; make -C packages/cni/native)" >&2; exit 1; }
done

umask 022
mkdir -p "$target/bin"
cd "$root"
cp package.json package-lock.json .npmrc "$target/"
for file in packages/*/package.json e2e/package.json; do install -D -m 0644 "$file" "$target/$file"; done
npm --prefix "$target" ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error "${programs[@]/#/--workspace=packages/}"

# Only the packages that the programs use have a link among the libraries.
for directory in "$target"/packages/*/; do
  name=$(basename "$directory")
  if [ -e "$target/node_modules/@antrea-ts/$name" ]; then
    (cd "packages/$name" && find dist -name '*.js' ! -path '*/testing/*' -exec cp --parents -t "$directory" {} +)
  else
    rm -r "$directory"
  fi
done
rm -r "$target/e2e"

install -m 0755 packages/cni/dist/antrea-cni "$target/bin/antrea-cni"
for entry in antrea-agent:agent/dist/main-linux.js antrea-controller:controller/dist/main.js antctl:antctl/dist/main.js; do
  chmod 0755 "$target/packages/${entry#*:}"
  ln -sfn "../packages/${entry#*:}" "$target/bin/${entry%%:*}"
done
