#!/bin/bash
# Installs the .rpm with rpm and dnf into a bare system, and tries it there. Needs root, debootstrap and a Debian mirror
# (MIRROR); the program itself runs without any network.
#
#   sudo installer/verify/rpm.sh DIST [CHROOT] [OLDER.rpm]
#
# DIST holds the packages and SHA256SUMS; CHROOT is made once and kept for the next time. With a package of an earlier
# version, a project is made by it and kept through the upgrade.
#
# The bare system is a Debian with dnf, as no mirror of a distribution on rpm is asked for. Its libraries are described to
# rpm by a package without files, whose capabilities are what rpm's own tool (elfdeps) reads from those libraries: the
# same tool writes those of Fedora's and RHEL's packages. So this proves that dnf finds all that the package asks for by
# the names in use there, that nothing is missing when it is not found, that the files come and go, that scripts run and
# that an upgrade keeps the files; not how those distributions' libraries and SELinux agree with the program.
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/bare.sh"
alone "$@"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
sealed() { unshare -n chroot "$root" setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/reader LANG=C.UTF-8 "$@"; }
packages() { inside dnf --quiet --assumeyes --releasever=1 --disablerepo='*' --setopt=install_weak_deps=False "$@"; }

dist=$(readlink -f "$1")
root=$(readlink -m "${2:-build/rpm}")
older=${3:-}
mirror=${MIRROR:-http://deb.debian.org/debian}
package=$(cd "$dist" && ls leadglass-[0-9]*.rpm)
nfpm=$(readlink -f "$(dirname "$(readlink -f "$0")")/../../build/tools/bin/nfpm")
libraries='libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0
    libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0
    libxcb-xkb1 libx11-xcb1 libexpat1'
(cd "$dist" && sha256sum --check --ignore-missing SHA256SUMS)
bare bookworm "$root.pristine" "$dist/debootstrap-rpm.log"
opened "$root.pristine" "$root"
# shellcheck disable=SC2086
for step in update "install -y --no-install-recommends dnf rpm rpm-common elfutils $(echo $libraries)"; do
    fetched "$dist/apt-rpm.log" inside env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 $step
done
mkdir -p "$root/packages" "$root/etc/dnf" "$root/etc/yum.repos.d"
echo '[main]' >"$root/etc/dnf/dnf.conf"
cp "$dist/$package" "$root/packages/"

say "digests, and what the package asks for"
inside rpm -K --nosignature "/packages/$package"
inside rpm -qp --requires "/packages/$package" 2>/dev/null

say "refused where the libraries are not there, by name"
if packages install "/packages/$package" >"$dist/rpm-refused.txt" 2>&1; then fail "it was installed without its libraries"; fi
grep -q 'nothing provides.*libxcb-cursor' "$dist/rpm-refused.txt" || { cat "$dist/rpm-refused.txt"; fail "the library is not named"; }

say "the bare system's libraries, as rpm sees them"
{
    printf 'name: bare-system\narch: amd64\nversion: 1.0.0\nmaintainer: none\ndescription: The libraries of this system\nprovides:\n'
    printf '  - "/bin/sh"\n'
    inside sh -c 'find /usr/lib/x86_64-linux-gnu -maxdepth 1 -name "*.so*" -type f | /usr/lib/rpm/elfdeps --provides' | sort -u | sed 's/.*/  - "&"/'
} >"$root/packages/system.yaml"
(cd "$root/packages" && "$nfpm" package --config system.yaml --packager rpm --target system.rpm >/dev/null)
packages install /packages/system.rpm
say "$(inside rpm -q --provides bare-system | wc -l) capabilities"

sample='"$(dirname "$(find /opt/leadglass -path "*sample/labels.csv")")"/instances'
held() { (cd "$root/home/reader/older.leadglass" && find instances project.toml -type f -exec sha256sum {} + | sort); }
if [ -n "$older" ]; then
    say "an older version, and a project made by it"
    cp "$older" "$root/packages/older.rpm"
    packages install /packages/older.rpm
    say "installed: $(inside rpm -q leadglass)"
    sealed leadglass new /home/reader/older.leadglass --progress none >/dev/null
    sealed sh -c "leadglass import /home/reader/older.leadglass $sample/Ab* --progress none"
    before=$(held)
fi

say "unattended installation"
packages "$([ -n "$older" ] && echo upgrade || echo install)" "/packages/$package"
[ "$(inside rpm -q leadglass | wc -l)" = 1 ] || fail "the older version is installed still"
say "installed: $(inside rpm -q leadglass)"
inside rpm -V leadglass
sealed leadglass --version
say "$(inside rpm -ql leadglass | wc -l) files"

if [ -n "$older" ]; then
    say "the project of the older version opens"
    [ "$before" = "$(held)" ] || fail "the project was changed by installing"
    sealed sh -c "leadglass import /home/reader/older.leadglass $sample/Be* --progress none"
    sealed leadglass export /home/reader/older.leadglass --out /home/reader/set --preview --progress none >/dev/null
fi

say "self-test without a network, as an ordinary user"
sealed timeout 900 leadglass selftest --progress none | tee "$dist/rpm-selftest.txt" || fail "the self-test ended with $?"
sealed leadglass new /home/reader/kept.leadglass >/dev/null

say "reinstalled over itself"
packages reinstall "/packages/$package"
inside rpm -V leadglass
sealed leadglass --version

training=$(cd "$dist" && ls leadglass-training-*.rpm 2>/dev/null || true)
if [ -n "$training" ]; then
    say "training is added later, works without a network, and goes again"
    cp "$dist/$training" "$root/packages/"
    packages install "/packages/$training"
    sealed timeout 900 leadglass selftest --progress none | tee "$dist/rpm-training-selftest.txt" || fail "the self-test ended with $?"
    grep -Eq '^ok +training' "$dist/rpm-training-selftest.txt" || fail "training"
    packages remove leadglass-training
    [ ! -e "$root/opt/leadglass/training" ] || fail "the training component is still there"
    sealed leadglass --version
fi

say "removed: the project stays, the program goes"
packages remove leadglass
[ ! -e "$root/opt/leadglass" ] || fail "left behind: $(find "$root/opt/leadglass" | head)"
[ ! -e "$root/usr/bin/leadglass" ] || fail "the command is still there"
[ -d "$root/home/reader/kept.leadglass" ] || fail "the project is gone"
say "all of it held"
