#!/bin/bash
# Builds the packages and tries them as IT would roll them out: what a release has to pass.
#
#   sudo installer/verify/all.sh small           the .deb without training, in a bare Debian: for each run of the checks
#   sudo installer/verify/all.sh small windows   the .exe without training, under Wine: for them too, where time is left
#   sudo installer/verify/all.sh                 all packages of both systems, Debian and Ubuntu, Wine, and the long tests
#
# OUT (dist) takes the packages, CHROOTS (build) the bare systems, which are made once and kept; OLDER_DEB, OLDER_RPM,
# OLDER_EXE and OLDER_MSI name packages of an earlier build, to be upgraded from; FORMATS (deb) the kinds that "small"
# packs. Where root, debootstrap or a mirror is missing, or the mirror does not answer, "small" says so and ends with 77:
# nothing was shown about the packages. Small needs about a quarter of an hour on two cores for each system, the whole a
# night.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

. installer/verify/bare.sh
out=${OUT:-dist}
chroots=${CHROOTS:-build}
mirror=${MIRROR:-http://deb.debian.org/debian}
python=$(command -v python3.11 || true)

system=linux formats=${FORMATS:-deb} tools=(debootstrap objdump unshare setpriv)
if [ "${2:-}" = windows ]; then
    system=windows formats=exe
    tools+=(makensis osslsigncode x86_64-w64-mingw32-gcc)
fi
lacking() {
    [ "$(id -u)" = 0 ] || { echo "root"; return; }
    [ -n "$python" ] || { echo "python3.11"; return; }
    for each in "${tools[@]}"; do
        command -v "$each" >/dev/null || { echo "$each"; return; }
    done
    "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + "/dists/bookworm/Release", timeout=20)' \
        "$mirror" 2>/dev/null || echo "a Debian mirror"
}
missing=$(lacking)
[ -z "$missing" ] || not_tried "$missing is missing"

if [ "${1:-}" = small ]; then
    mkdir -p "$out"
    if ! "$python" installer/release.py "$system" --without-training --formats "$formats" --quick --out "$out" \
        >"$out/release.log" 2>&1; then
        tail -30 "$out/release.log"
        unreachable "$out/release.log" && not_tried "the package index did not answer"
        fail "the packages could not be made"
    fi
    if [ "$system" = windows ]; then
        installer/verify/windows.sh "$out" "$chroots/wine"
    else
        installer/verify/linux.sh "$out" "$chroots/bookworm" ${OLDER_DEB:+"$OLDER_DEB"}
        [[ $formats != *rpm* ]] || installer/verify/rpm.sh "$out" "$chroots/rpm"
    fi
    exit
fi

"$python" installer/bootstrap.py test --slow
"$python" installer/release.py linux --out "$out"
"$python" installer/release.py windows --out "$out"
installer/verify/linux.sh "$out" "$chroots/bookworm" ${OLDER_DEB:+"$OLDER_DEB"}
SUITE=jammy MIRROR=${UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu} AREAS=main,universe \
    installer/verify/linux.sh "$out" "$chroots/jammy"
installer/verify/rpm.sh "$out" "$chroots/rpm" ${OLDER_RPM:+"$OLDER_RPM"}
installer/verify/windows.sh "$out" "$chroots/wine" "${OLDER_EXE:-}" "${OLDER_MSI:-}"
installer/verify/windows_failures.sh "$chroots/wine"
