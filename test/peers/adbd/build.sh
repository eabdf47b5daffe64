#!/bin/bash
# Builds Google's adbd from the source package of Debian 12 into the folder given, once: build.sh FOLDER
# The last line of stderr says why when it cannot be done.
set -eu
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
version=29.0.6-28
mkdir -p "$folder"
exec 9>"$folder/lock"
flock -w 280 9
[ -x "$folder/adbd" ] && exit 0

fail() { echo "$1" >&2; exit 1; }
[ "$(uname -sm)" = 'Linux x86_64' ] || fail 'adbd is built on Linux x86_64 only'
for tool in apt-get dpkg-source clang++ python3; do
  command -v "$tool" >/dev/null || fail "$tool is not installed (needed to build adbd)"
done
[ -d /usr/lib/x86_64-linux-gnu/android ] || fail 'the libraries of adbd are not installed (apt install android-libboringssl-dev android-libbase-dev android-libcutils-dev android-liblog-dev)'

# The sources of whatever the machine takes its packages from, in lists of their own.
work="$folder/work"
rm -rf "$work"
mkdir -p "$work/lists/partial" "$work/sources"
[ -f /etc/apt/sources.list.d/debian.sources ] || fail 'no Debian package sources are configured here'
sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/sources/own.sources"
apt=(apt-get -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources"
  -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
"${apt[@]}" update >/dev/null 2>&1 || fail 'the lists of Debian source packages cannot be read'
cd "$work"
"${apt[@]}" source --download-only "android-platform-tools=$version" >/dev/null 2>&1 ||
  fail "the source package android-platform-tools $version cannot be had"
# apt has checked its hashes against the signed lists.
dpkg-source --no-check -x "android-platform-tools_$version.dsc" source >/dev/null
cd source

# The one change: where the keys of allowed computers are kept.
sed -i 's|for (const auto& path : key_paths) {|const char* own = getenv("ADBD_KEYS"); const char* own_paths[] = {own ? own : "/adb_keys"};\n        for (const auto\& path : own_paths) {|' \
  frameworks/native/libs/adbd_auth/adbd_auth.cpp
grep -q ADBD_KEYS frameworks/native/libs/adbd_auth/adbd_auth.cpp || fail 'the source of adbd is not the one expected'

adb=system/core/adb
base=system/core/base
includes="-I$adb -I$adb/daemon/include -I$adb/adbconnection/include -I$base/include -Isystem/core/diagnose_usb/include
 -Isystem/core/include -Isystem/core/libcrypto_utils/include -Isystem/core/libcutils/include -Isystem/core/liblog/include
 -Isystem/core/libasyncio/include -Iframeworks/native/libs/adbd_auth/include -I/usr/include/android"
flags="-std=gnu++2a -O0 -fPIC -fno-exceptions -fno-strict-aliasing -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -UADB_HOST
 -DADB_HOST=0 -DALLOW_ADBD_ROOT=1 -DALLOW_ADBD_NO_AUTH -DPAGE_SIZE=4096 -include $here/config.h -w -Wno-c++11-narrowing"
sources=(
  $adb/{adb,adb_io,adb_listeners,adb_trace,adb_unique_fd,adb_utils,services,sockets,socket_spec}.cpp
  $adb/{transport,transport_fd,transport_local,transport_usb,types,sysdeps_unix,shell_service_protocol}.cpp
  $adb/fdevent/{fdevent,fdevent_poll,fdevent_epoll}.cpp $adb/sysdeps/{errno,posix/network}.cpp
  $adb/daemon/{auth,jdwp_service,file_sync_service,services,shell_service,main,usb_dummy}.cpp
  $adb/adbconnection/adbconnection_server.cpp system/core/diagnose_usb/diagnose_usb.cpp
  system/core/libasyncio/AsyncIO.cpp frameworks/native/libs/adbd_auth/adbd_auth.cpp
  $base/{chrono_utils,cmsg,file,liblog_symbols,logging,mapped_file,parsebool,parsenetaddress,process}.cpp
  $base/{properties,stringprintf,strings,threads,errors_unix}.cpp
  system/core/libcrypto_utils/android_pubkey.c "$here/properties.cpp"
)
mkdir objects
compile() {
  local object
  object="objects/$(tr '/' '_' <<<"$1").o"
  case $1 in
    *.c) clang -O1 -fPIC -w $includes -c -o "$object" "$1" ;;
    *) clang++ $flags $includes -c -o "$object" "$1" ;;
  esac
}
export -f compile
export flags includes
flags=$(tr '\n' ' ' <<<"$flags") includes=$(tr '\n' ' ' <<<"$includes")
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} bash -c 'compile {}' || fail 'adbd does not compile here'
libraries=/usr/lib/x86_64-linux-gnu/android
# In this order: properties.cpp, at the end, fills what another file makes before main() too.
objects=()
for file in "${sources[@]}"; do objects+=("objects/$(tr '/' '_' <<<"$file").o"); done
clang++ -o "$folder/adbd.new" "${objects[@]}" -L$libraries -Wl,-rpath=$libraries -lcutils -llog -lcrypto -lpthread -lresolv -lutil ||
  fail 'adbd does not link here'
cd /
rm -rf "$work"
mv "$folder/adbd.new" "$folder/adbd"
