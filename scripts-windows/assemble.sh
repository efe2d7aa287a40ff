#!/usr/bin/env bash
# Puts together what goes onto a Windows Node, on Linux, of a checkout with its npm packages: node.exe, the agent, antctl, the
# CNI plugins, configuration and these scripts.
#
#   scripts-windows/assemble.sh [--host-local FILE] DIRECTORY
#
#   --host-local FILE   host-local.exe of the CNI project's plugins; built with Go from their source unless given
#
# DIRECTORY can be copied anywhere; DIRECTORY/scripts/Install-AntreaAgent.ps1 installs from it. Needs a compiler for Windows (on Debian:
# apt-get install gcc-mingw-w64-x86-64-win32) and Go.
set -euo pipefail
# shellcheck source=tools/lib.sh
. "$(cd "$(dirname "$0")/../tools" && pwd)/lib.sh"
# shellcheck source=tools/wine.d/prepare.sh
. "$root/tools/wine.d/prepare.sh"
plugins_version=v1.1.1

usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; }

host_local='' target=''
while [ $# -gt 0 ]; do
  case $1 in
    --host-local) [ $# -ge 2 ] || die '--host-local needs a file'; host_local=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; die "unknown argument: $1" ;;
    *) target=$1 ;;
  esac
  shift
done
[ -n "$target" ] || { usage >&2; exit 2; }
[ -z "$host_local" ] || [ -f "$host_local" ] || die "--host-local $host_local: there is no such file"
command -v x86_64-w64-mingw32-gcc >/dev/null || die 'a compiler for Windows is missing; see --help'
[ -n "$host_local" ] || command -v go >/dev/null || die 'Go is missing; install it, or give --host-local'

# place SOURCE TARGET
place() { install -D -m 0644 "$1" "$target/$2"; }

umask 022
mkdir -p "$target/bin" "$cache"
while read -r name version integrity; do unpack_package "$name" "$version" "$integrity"; done < <(windows_packages)
place "$(node_exe)" bin/node.exe
say 'bundling the agent and antctl'
for entry in antrea-agent:agent/src/main-windows.ts antctl:antctl/src/main.ts; do
  bundle "$root/packages/${entry#*:}" "$target/bin/${entry%%:*}"
done
# Of koffi only what node.exe loads; antctl calls nothing native.
find "$target/bin" -path '*/node_modules/koffi/*' -type f ! -name '*.js' ! -name '*.cjs' ! -name package.json ! -name LICENSE.txt -delete
find "$target/bin" -type d -empty -delete
rm -rf "$target/bin/antctl/node_modules"
printf '@"%%~dp0node.exe" "%%~dp0antctl\\main.js" %%*\r\n' >"$target/bin/antctl.cmd"

make -s -C "$root/packages/cni/native" windows
place "$root/packages/cni/dist/antrea-cni.exe" cni/antrea.exe
if [ -z "$host_local" ]; then
  say "building host-local.exe $plugins_version"
  work=$(mktemp -d)
  trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
  GOOS=windows GOARCH=amd64 CGO_ENABLED=0 GOPATH=$work GOFLAGS=-mod=mod \
    go install "github.com/containernetworking/plugins/plugins/ipam/host-local@$plugins_version"
  host_local=$work/bin/windows_amd64/host-local.exe
fi
place "$host_local" cni/host-local.exe

place "$root/scripts-windows/antrea-cni.conflist" etc/antrea-cni.conflist
for file in "$root"/scripts-windows/*.ps1 "$root"/scripts-windows/*.psm1 "$root/scripts-windows/constants.json"; do
  place "$file" "scripts/$(basename "$file")"
done
say "$target: $(du -sh "$target" | cut -f1)"
