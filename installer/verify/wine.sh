# A bare Debian 13 with Wine 10, for the scripts beside this, which source it after `bare.sh` and after they set:
#
#   root    the chroot; made once, kept for the next time
#   shown   a folder that is seen in it as Z:\packages
#
# Needs root, debootstrap, MinGW and a Debian mirror (MIRROR). Nothing that runs in it has a network.
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mirror=${MIRROR:-http://deb.debian.org/debian}
prefix=$root/home/reader/.wine
c=$prefix/drive_c

as_reader() {
    unshare -n chroot "$root" setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/env -i PATH=/usr/bin:/bin \
        HOME=/home/reader XDG_RUNTIME_DIR=/tmp WINEDEBUG=-all WINEDLLOVERRIDES='ucrtbase,ucrtwine=n,b' "$@" 2>/dev/null
}
let_go() {
    as_reader wineserver -k || true
    for each in proc sys dev/shm packages; do umount "$root/$each" 2>/dev/null || true; done
}
trap let_go EXIT

bare trixie "$root" "$shown/wine-debootstrap.log"
if [ ! -d "$root/usr/lib/x86_64-linux-gnu/wine" ]; then
    say "Wine in it"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    for file in /etc/apt/apt.conf.d/*proxy*; do [ -e "$file" ] && cp "$file" "$root/etc/apt/apt.conf.d/"; done
    fetched "$shown/wine-apt.log" chroot "$root" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get \
        install -y -q --no-install-recommends wine wine64 xvfb xauth x11-utils imagemagick'
fi
let_go
id="$(chroot "$root" id -u reader 2>/dev/null || true)"
[ -n "$id" ] || chroot "$root" useradd -m -u 1000 reader
mkdir -p "$root/dev/shm" "$root/packages"
mounted() { mount "$@" || not_tried "this machine allows no mounts"; }
mounted -t proc proc "$root/proc"
mounted -t sysfs -o ro sysfs "$root/sys" # Wine counts the processors there; without, C++'s runtime throws in parallel loops
mounted -t tmpfs tmpfs "$root/dev/shm"
mounted --bind "$shown" "$root/packages"
rm -rf "$prefix"
as_reader wineboot -i || true
as_reader wineserver -w || true
bash "$here/wine_crt.sh" "$root/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/ucrtbase.dll" "$c/windows/system32"
as_reader wine cmd /c ver | grep -q Windows || not_tried "Wine does not run on this machine"
as_reader wineserver -k || true # what is tried begins with a Wine of its own, not with one that is just ending
as_reader wineserver -w || true
as_reader wine --version
