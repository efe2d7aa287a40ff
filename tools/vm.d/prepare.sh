# What a virtual machine needs and where it is. Sourced by tools/vm, after tools/lib.sh.
# shellcheck shell=bash
# shellcheck source=tools/lib.sh
: "${root:?}"

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/antrea-ts/vm
kernel_package=linux-image-cloud-amd64

# Debian packages, and a file of each that shows it is installed.
vm_packages() {
  cat <<'LIST'
qemu-system-x86 /usr/bin/qemu-system-x86_64
busybox-static /var/lib/dpkg/info/busybox-static.list
cpio /usr/bin/cpio|/bin/cpio
kmod /usr/sbin/modprobe|/sbin/modprobe
LIST
  # Up to Debian 12 the file server is part of QEMU, later it is a package.
  if grep -q 'Candidate: [0-9]' < <(apt-cache policy virtiofsd 2>/dev/null); then
    echo 'virtiofsd /usr/libexec/virtiofsd'
  else
    echo 'qemu-system-common /usr/lib/qemu/virtiofsd'
  fi
}

missing_vm_packages() {
  local package files file found
  while read -r package files; do
    found=
    for file in ${files//|/ }; do [ -e "$file" ] && found=1; done
    [ -n "$found" ] || echo "$package"
  done < <(vm_packages)
}

# The unpacked kernel package. A finished one only: it is renamed into place.
kernel() {
  local directory=
  for directory in "$cache"/kernel/*/; do :; done
  [ -d "$directory/boot" ] && echo "${directory%/}"
}

# The first file system, named after what it was made from.
initrd() {
  local directory sum
  directory=$(kernel) || return
  sum=$(cat "$root/tools/vm.d/first-init" "$root/tools/vm.d/prepare.sh" | sha256sum | cut -c1-12)
  echo "$directory/initrd-$sum"
}

whats_missing() {
  # apt-cache is slow, and where all is in place there is nothing to ask it.
  [ -e /usr/bin/qemu-system-x86_64 ] && [ -e "$(initrd)" ] && [ -x "$(file_server)" ] && return
  missing_vm_packages
  kernel >/dev/null || echo kernel
  [ -e "$(initrd)" ] || echo initrd
}

file_server() {
  local file
  for file in /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd; do
    [ ! -x "$file" ] || { echo "$file"; return; }
  done
}

check_machine() {
  [ "$(uname -s)/$(uname -m)" = Linux/x86_64 ] ||
    die "The virtual machine needs Linux on x86-64; this is $(uname -s) on $(uname -m)."
  [ "$(id -u)" = 0 ] ||
    die "The virtual machine needs root: it shows all files of this machine to its guest. Run: sudo $0 ..."
}

# Installs and unpacks whatever is missing, and says so.
prepare() {
  local missing
  # One at a time; what one left that was killed is of no use.
  mkdir -p "$cache/kernel"
  exec 9>"$cache/lock"
  flock 9
  rm -rf "$cache"/unpack.* "$cache"/initrd.*
  missing=$(missing_vm_packages | paste -sd' ')
  if [ -n "$missing" ]; then
    with_apt "$missing"
    say "installing $missing"
    # shellcheck disable=SC2086
    quietly apt-get install -y -qq --no-install-recommends $missing || die "apt-get could not install: $missing"
    missing=$(missing_vm_packages | paste -sd' ')
    [ -z "$missing" ] || die "still missing after apt-get: $missing"
  fi
  kernel >/dev/null || unpack_kernel
  [ -e "$(initrd)" ] || make_initrd
  exec 9>&-
  say "the virtual machine is prepared: $(basename "$(kernel)") in $cache"
}

with_apt() {
  command -v apt-get >/dev/null || die "These are missing and this is no Debian: $1. Install them and run this again."
  # The lists may be old or absent.
  [ -n "${apt_updated:-}" ] || quietly apt-get update -qq || say "apt-get update failed; going on with the lists there are"
  apt_updated=1
}

# Shows output only of what fails.
quietly() {
  local output
  output=$(DEBIAN_FRONTEND=noninteractive "$@" 2>&1) || { tail -20 <<<"$output" >&2; return 1; }
}

# The package is unpacked, not installed: this machine keeps its kernel and boot loader.
unpack_kernel() {
  with_apt "$kernel_package"
  local package work
  package=$(apt-cache depends "$kernel_package" 2>/dev/null | awk '/Depends: linux-image-[0-9]/ { print $2; exit }') || :
  [ -n "$package" ] || die "The package sources of this machine have no $kernel_package."
  say "downloading $package and unpacking it below $cache (about 110 MB)"
  work=$(mktemp -d "$cache/unpack.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  (cd "$work" && quietly apt-get -o APT::Sandbox::User=root download -qq "$package" && mkdir tree && dpkg-deb -x ./*.deb tree) ||
    die "$package could not be downloaded and unpacked"
  mkdir -p "$work/tree/boot"
  # Where /lib is a link to /usr/lib, newer packages have it all below usr.
  [ -d "$work/tree/lib/modules" ] || { mkdir -p "$work/tree/lib" && ln -s ../usr/lib/modules "$work/tree/lib/modules"; }
  depmod -b "$work/tree" "$(ls "$work/tree/lib/modules")" || die "depmod failed for $package"
  mv "$work/tree" "$cache/kernel/$(ls "$work/tree/lib/modules")"
  rm -rf "$work"
  trap - EXIT
}

# busybox, the modules for reading the shared root, and a program that mounts it: 1.5 MB.
make_initrd() {
  local directory version target tree file
  directory=$(kernel) version=$(basename "$directory") target=$(initrd)
  say "making $target"
  tree=$(mktemp -d "$cache/initrd.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$tree'" EXIT
  mkdir -p "$tree"/{bin,modules,proc,sys,dev,lower,writes,new}
  cp /bin/busybox "$tree/bin/"
  for file in virtio_pci virtio_console virtiofs overlay; do
    { modprobe -d "$directory" -S "$version" --show-depends "$file" 2>/dev/null || :; } | awk '$1 == "insmod" { print $2 }'
  done | awk '!seen[$0]++' >"$tree/files"
  while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file"
  done <"$tree/files" >"$tree/modules/order"
  install -m 755 "$root/tools/vm.d/first-init" "$tree/init"
  rm -f "$directory"/initrd-* "$tree/files"
  (cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$target.new" && mv "$target.new" "$target"
  rm -rf "$tree"
  trap - EXIT
}
