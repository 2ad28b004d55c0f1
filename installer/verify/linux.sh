#!/bin/bash
# Installs the .deb into a bare Debian, as a hospital's PC would have it, and tries it there. Needs root, debootstrap
# and a Debian mirror (MIRROR); the program itself runs without any network.
#
#   sudo installer/verify/linux.sh DIST [CHROOT] [OLDER.deb]
#
# SUITE, MIRROR and AREAS name another distribution of that family, such as Ubuntu 22.04:
#
#   SUITE=jammy MIRROR=http://archive.ubuntu.com/ubuntu AREAS=main,universe installer/verify/linux.sh …
#
# (KEYRING names the file of its keys, where debootstrap does not know them: Debian's package ubuntu-keyring has Ubuntu's.)
#
# DIST holds the packages and SHA256SUMS; CHROOT is made once and kept for the next time. With OLDER, a package of an
# earlier build, a project is made by that and kept through the upgrade. What is seen is printed; the window's picture
# is left in DIST/window.png.
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/bare.sh"
alone "$@"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
user() { inside setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=/home/reader "$@"; }
sealed() { unshare -n "$(readlink -f "$0")" --inside "$root" "$@"; }
apt() { fetched "$dist/apt.log" inside env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 "$@"; }

if [ "${1:-}" = --inside ]; then # the second half of `sealed`: already without a network
    root=$2
    shift 2
    user "$@"
    exit
fi

dist=$(readlink -f "$1")
root=$(readlink -m "${2:-build/chroot}")
suite=${SUITE:-bookworm}
mirror=${MIRROR:-http://deb.debian.org/debian}
older=${3:-}
pristine=$root.pristine

# The first patient of the sample that the program carries, wherever its Python keeps it; another one goes in later.
sample='"$(dirname "$(find /opt/leadglass -path "*sample/labels.csv")")"/instances/A*'
say "check sums"
(cd "$dist" && sha256sum --check --ignore-missing SHA256SUMS)

rm -f "$dist/apt.log"
bare "$suite" "$pristine" "$dist/debootstrap.log"
opened "$pristine" "$root"
apt update
if [ -n "$older" ]; then
    say "an older build, and a project made by it"
    cp "$older" "$root/tmp/older.deb"
    apt install -y --no-install-recommends /tmp/older.deb
    rm "$root/tmp/older.deb"
    inside dpkg-query -W leadglass
    sealed leadglass new /home/reader/older.leadglass >/dev/null
    sealed sh -c "leadglass import /home/reader/older.leadglass $sample --progress none"
    held=$(find "$root/home/reader/older.leadglass/instances" -name '*.dcm' -exec sha256sum {} + | sort)
fi

say "unattended installation"
package=/tmp/$(cd "$dist" && ls leadglass-[0-9]*.deb)
cp "$dist/${package#/tmp/}" "$root/tmp/"
apt install -y --no-install-recommends "$package"
user leadglass --version
inside dpkg-query -W leadglass

if [ -n "$older" ]; then
    say "the project of the older build opens, holds what it held, and goes on"
    [ "$held" = "$(find "$root/home/reader/older.leadglass/instances" -name '*.dcm' -exec sha256sum {} + | sort)" ]
    sealed sh -c "leadglass import /home/reader/older.leadglass ${sample%A*}B* --progress none"
fi

say "rules of IT hold for users, who cannot change them"
mkdir -p "$root/etc/leadglass"
printf '[masking]\nprofiles = ["research"]\n' >"$root/etc/leadglass/leadglass.toml"
if sealed leadglass new /home/reader/basic.leadglass --profile basic; then
    fail "a profile that is not allowed was taken"
fi
if user sh -c 'echo >/etc/leadglass/leadglass.toml' 2>/dev/null; then
    fail "users can change the rules"
fi
rm "$root/etc/leadglass/leadglass.toml"

say "nothing of the program can be changed by its users"
if user sh -c 'find /opt/leadglass -writable ! -type l | grep -q .'; then
    fail "users can write to /opt/leadglass"
fi

say "self-test without a network, as an ordinary user"
sealed timeout 900 leadglass selftest --progress none || fail "the self-test ended with $?"

say "a project, made and labelled"
sealed leadglass new /home/reader/kept.leadglass >/dev/null
sealed sh -c "leadglass import /home/reader/kept.leadglass $sample --progress none"

say "the window on a virtual screen"
apt install -y --no-install-recommends xvfb xauth imagemagick
user sh -c 'xvfb-run -a -s "-screen 0 1280x800x24" sh -c "/opt/leadglass/bin/leadglass-window /home/reader/kept.leadglass & sleep 20; import -window root /home/reader/window.png; kill \$!"'
cp "$root/home/reader/window.png" "$dist/window.png"

say "reinstalled over itself: the project stays"
apt install -y --reinstall --no-install-recommends "$package"
sealed leadglass label /home/reader/kept.leadglass --help >/dev/null
test -d "$root/home/reader/kept.leadglass"

training=$(cd "$dist" && ls leadglass-training-*.deb 2>/dev/null || true)
if [ -n "$training" ]; then
    say "training is added later, works without a network, and goes again"
    cp "$dist/$training" "$root/tmp/training.deb"
    apt install -y --no-install-recommends /tmp/training.deb
    rm "$root/tmp/training.deb"
    sealed timeout 900 leadglass selftest --progress none | tee "$dist/linux-training-selftest.txt" || fail "the self-test ended with $?"
    grep -Eq '^ok +training' "$dist/linux-training-selftest.txt"
    apt remove -y leadglass-training
    test ! -e "$root/opt/leadglass/training"
    user leadglass --version
fi

say "removed, purged: the project stays, the program goes"
apt purge -y 'leadglass*'
test ! -e "$root/opt/leadglass"
test ! -e "$root/usr/bin/leadglass"
test -d "$root/home/reader/kept.leadglass"
tarball=$(cd "$dist" && ls leadglass-[0-9]*-linux-x86_64.tar.xz 2>/dev/null || true)
if [ -n "$tarball" ]; then
    say "the tarball, by a user without root"
    mkdir "$root/home/reader/unpacked"
    tar xf "$dist/$tarball" -C "$root/home/reader/unpacked" --strip-components 1
    chown -R 1000:1000 "$root/home/reader/unpacked"
    sealed /home/reader/unpacked/install.sh
    ours=/home/reader/.local/bin/leadglass
    sealed "$ours" --version
    sealed "$ours" label /home/reader/kept.leadglass --help >/dev/null
    sealed sh -c "$ours import /home/reader/kept.leadglass $(echo "$sample" | sed 's|/opt/|/home/reader/.local/opt/|') --progress none"

    say "a copy that does not start replaces nothing; the same one again repairs"
    mv "$root/home/reader/unpacked/leadglass/python/bin" "$root/home/reader/away"
    if sealed /home/reader/unpacked/install.sh 2>/dev/null; then
        fail "a copy without its Python was installed"
    fi
    mv "$root/home/reader/away" "$root/home/reader/unpacked/leadglass/python/bin"
    sealed "$ours" --version
    rm "$root/home/reader/.local/opt/leadglass/MANIFEST.sha256"
    sealed /home/reader/unpacked/install.sh >/dev/null
    test -s "$root/home/reader/.local/opt/leadglass/MANIFEST.sha256"
    test -z "$(ls -d "$root"/home/reader/.local/opt/leadglass.* 2>/dev/null)"

    say "removed and purged: keys go, the project stays"
    sealed /home/reader/unpacked/install.sh --uninstall --purge
    test ! -e "$root/home/reader/.local/opt/leadglass"
    test ! -e "$root/home/reader/.config/leadglass"
    test -d "$root/home/reader/kept.leadglass"
fi
say "all of it held"
