#!/usr/bin/env bash
# Builds the image of scripts-linux/Dockerfile on a machine without a container engine, and runs its programs: buildah builds
# in a chroot, on a base of Debian's packages and this machine's Node.js. Needs root, buildah and debootstrap; five minutes.
#
#   scripts-linux/check-image.sh [--keep DIRECTORY]
#
# With --keep, DIRECTORY has the base and the store of images, and the next run goes on from there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")

case "${1:-}" in
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --keep) work=${2:?--keep needs a directory}; mkdir -p "$work" ;;
  '') work=$(mktemp -d) ; trap 'rm -rf --one-file-system "$work"' EXIT ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
for tool in buildah debootstrap node npm; do
  command -v "$tool" >/dev/null || { echo "$tool is missing; apt-get install buildah debootstrap" >&2; exit 1; }
done

export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah() { command buildah --root "$work/store" --runroot "$work/run" "$@"; }
base=$work/base image=localhost/antrea-check

if [ ! -e "$base/usr/bin/node" ]; then
  rm -rf "$base"
  debootstrap --variant=minbase --include=ca-certificates,libstdc++6 bookworm "$base" http://deb.debian.org/debian
  # This machine's Node.js, npm and trust: what it can download, the build can.
  mkdir -p "$base/usr/lib/node_modules"
  npm_directory=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  cp -a "$npm_directory" "$base/usr/lib/node_modules/npm"
  for program in npm npx; do ln -sf "../lib/node_modules/npm/bin/$program-cli.js" "$base/usr/bin/$program"; done
  cp -L /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/ca-certificates.crt"
  cp -a /etc/apt/apt.conf.d/. "$base/etc/apt/apt.conf.d/"
  cp -L "$(command -v node)" "$base/usr/bin/node"
fi
buildah bud --quiet --tag localhost/antrea-check-base --file - "$base" <<'BASE'
FROM scratch
COPY . /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
BASE
buildah bud --build-arg BASE=localhost/antrea-check-base --tag "$image" --file "$here/Dockerfile" "$root"

container=$(buildah from "$image")
run() {
  echo "== $*"
  buildah run "$container" -- "$@"
}
run antrea-agent --version
run antrea-agent --help >/dev/null
run antrea-controller --version
run antrea-controller --help >/dev/null
run antctl --help >/dev/null
run start-ovs --help
run env CNI_COMMAND=VERSION antrea-cni
run sh -c 'ovs-vswitchd --version && /usr/lib/antrea/iptables-legacy/iptables --version && ls -l /usr/lib/cni/host-local'
# As nobody, as the controller runs: every file it needs can be read.
buildah run --user 65534 "$container" -- antrea-controller --version
expect_none() {
  local found
  found=$(buildah run "$container" -- find "$@")
  [ -z "$found" ] || { echo "the image has what it should not: $found" >&2; exit 1; }
}
# No SUID files, and no file of ours that anybody but root can write.
expect_none / -xdev -type f -perm /6000
expect_none /usr/lib/antrea /usr/local/bin ! -type l '(' -perm /022 -o ! -user root ')'
buildah rm "$container" >/dev/null
echo 'the image is good'
