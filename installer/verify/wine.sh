# A bare Debian 13 with Wine 10, for the scripts beside this, which source it after they set:
#
#   root    the chroot; made once, kept for the next time
#   shown   a folder that is seen in it as Z:\packages
#
# Needs root, debootstrap, MinGW and a Debian mirror (MIRROR). Nothing that runs in it has a network.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mirror=${MIRROR:-http://deb.debian.org/debian}
prefix=$root/home/reader/.wine
c=$prefix/drive_c

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
as_reader() {
    unshare -n chroot "$root" setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/env -i PATH=/usr/bin:/bin \
        HOME=/home/reader XDG_RUNTIME_DIR=/tmp WINEDEBUG=-all WINEDLLOVERRIDES='ucrtbase,ucrtwine=n,b' "$@" 2>/dev/null
}
let_go() {
    as_reader wineserver -k || true
    for each in proc sys dev/shm packages; do umount "$root/$each" 2>/dev/null || true; done
}
trap let_go EXIT

if [ ! -d "$root/usr/lib/x86_64-linux-gnu/wine" ]; then
    say "a bare Debian 13 with Wine"
    debootstrap --variant=minbase trixie "$root" "$mirror" >/dev/null
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    for file in /etc/apt/apt.conf.d/*proxy*; do [ -e "$file" ] && cp "$file" "$root/etc/apt/apt.conf.d/"; done
    chroot "$root" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends wine wine64 xvfb xauth x11-utils imagemagick' >"$shown/wine-apt.log" 2>&1 || { tail "$shown/wine-apt.log"; exit 1; }
fi
let_go
id="$(chroot "$root" id -u reader 2>/dev/null || true)"
[ -n "$id" ] || chroot "$root" useradd -m -u 1000 reader
mkdir -p "$root/dev/shm" "$root/packages"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys" # Wine counts the processors there; without, C++'s runtime throws in parallel loops
mount -t tmpfs tmpfs "$root/dev/shm"
mount --bind "$shown" "$root/packages"
rm -rf "$prefix"
as_reader wineboot -i || true
as_reader wineserver -w || true
bash "$here/wine_crt.sh" "$root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/ucrtbase.dll" "$c/windows/system32"
as_reader wine --version
