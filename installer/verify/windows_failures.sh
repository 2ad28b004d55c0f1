#!/bin/bash
# An installation that fails or is cut off never takes away the copy that works: tried under Wine with the real installer
# script around a toy program, so that many rounds take minutes. Needs what wine.sh beside this needs, and NSIS.
#
#   sudo installer/verify/windows_failures.sh [CHROOT] [ROUNDS]
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/bare.sh"
alone "$@"

root=$(readlink -m "${1:-build/wine}")
rounds=${2:-20}
tree=$(dirname "$(readlink -f "$0")")/../..
shown=$(mktemp -d)
chmod 755 "$shown"
. "$tree/installer/verify/wine.sh"
place="$c/Program Files/Leadglass"

# toy VERSION EXIT_CODE_OF_ITS_COMMAND: an installer of a program with that many parts, made by the script of the real one.
toy() {
    local layout=$shown/$1/program name
    mkdir -p "$layout"/{python/Lib/site-packages/app,bin,licences}
    echo "$1" >"$layout/python/Lib/site-packages/app/__init__.py"
    for name in python licences; do
        for number in $(seq 150); do echo "$1" >"$layout/$name/$number"; done
    done
    head -c 40000000 /dev/urandom >"$layout/python/large"
    echo "$1" >"$layout/MANIFEST.sha256"
    echo "int main(void) { return $2; }" >"$shown/toy.c"
    x86_64-w64-mingw32-gcc -O2 -s -static -o "$layout/bin/leadglass.exe" "$shown/toy.c"
    pack program "$layout" "$1"
}
toy_training() {
    local layout=$shown/$1/training
    mkdir -p "$layout"/{training,licences/training,python/Lib/site-packages}
    echo "$1" | tee "$layout/training/part" "$layout/licences/training/notice" >"$layout/python/Lib/site-packages/leadglass-training.pth"
    pack training "$layout" "$1"
}
pack() { # COMPONENT LAYOUT VERSION
    (cd "$tree" && python3 -c "
import sys
from pathlib import Path
from installer.building.linux_packages import Product
from installer.building.windows_packages import make_exe
make_exe(Product(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])), quick=True, sign='')" "$@" "$shown")
}
run() { as_reader wine "Z:\\packages\\leadglass-$1-windows-x86_64.exe" /S "${@:2}"; }
has_training() {
    for each in training/part licences/training/notice python/Lib/site-packages/leadglass-training.pth uninstall-training.exe; do
        [ -s "$place/$each" ] || fail "of the training component $each is gone"
    done
}
ended() { local code=0; run "${@:2}" || code=$?; [ "$code" = "$1" ] || fail "installing ${*:2} ended with $code, not $1"; }
# The installed copy is exactly one of the versions named, and nothing of an installation is left over.
is_whole() {
    local version
    [ -z "$(cd "$place" && ls -d -- *.new *.old *.gone 2>/dev/null || true)" ] || fail "left behind: $(ls "$place")"
    for version in "$@"; do
        diff -rq -x uninstall.exe "$shown/$version/program" "$place" >/dev/null && [ -s "$place/uninstall.exe" ] && return
    done
    fail "the copy is none of $*: $(ls "$place")"
}

toy 1.0.0 0
toy 2.0.0 0
toy 3.0.0 1
toy_training 1.0.0

say "a first installation whose program does not start leaves nothing, and says why"
ended 2 3.0.0
[ ! -e "$place" ] || fail "left behind: $(ls "$place")"
iconv -f UTF-16 "$c/users/reader/AppData/Local/Temp/leadglass-setup.log" | grep 'does not start' || fail "no reason was given"

say "an upgrade whose program does not start leaves the old copy as it was"
ended 0 1.0.0
is_whole 1.0.0
ended 2 3.0.0
is_whole 1.0.0

say "cut off at random moments, $rounds times; the next installer that starts puts one copy together"
seen=
for round in $(seq "$rounds"); do
    run 2.0.0 &
    sleep "$(awk -v r="$RANDOM" 'BEGIN {print 0.4 + r / 32768 * 5}')"
    for process in $(pgrep -u 1000 -f 'packages.leadglass-2.0.0'); do # Wine's processes of this chroot's user alone
        [ "$(readlink "/proc/$process/root")" = "$root" ] && kill -9 "$process"
    done
    wait || true
    seen="$seen $(cd "$place" && ls -d -- *.new *.old *.gone 2>/dev/null | tr '\n' '+' || true)"
    ended 2 3.0.0
    is_whole 1.0.0 2.0.0
    diff -q "$shown/2.0.0/program/MANIFEST.sha256" "$place/MANIFEST.sha256" >/dev/null && ended 0 1.0.0
done
say "what lay there after the cuts: $(echo "$seen" | tr ' ' '\n' | sed 's/^$/nothing/' | sort | uniq -c | tr '\n' ',')"

say "each moment between two steps of the exchange"
for parts in "" python "python bin" "python bin licences" "python bin licences MANIFEST.sha256 uninstall.exe"; do
    for half in no yes; do # "yes": the old part is away and the new one not yet there
        ended 0 1.0.0
        mkdir "$place/program.old" "$place/program.new"
        cp -a "$shown/2.0.0/program/." "$place/program.new/"
        cp "$place/uninstall.exe" "$place/program.new/"
        last=
        for part in $parts; do
            mv "$place/$part" "$place/program.old/"
            mv "$place/program.new/$part" "$place/"
            last=$part
        done
        [ $half = no ] || [ -z "$last" ] || mv "$place/$last" "$place/program.new/"
        chown -R 1000:1000 "$place"
        ended 2 3.0.0
        is_whole 1.0.0
    done
done

say "the training component outlives repairs and failures, and goes with its version"
ended 0 1.0.0
ended 0 training-1.0.0
has_training
ended 0 training-1.0.0
ended 0 1.0.0
has_training
ended 2 3.0.0
has_training
ended 0 2.0.0
is_whole 2.0.0
ended 2 training-1.0.0
is_whole 2.0.0

say "a full disk"
mkdir -p "$root/small"
umount "$root/small" 2>/dev/null || true
mount -t tmpfs -o size=70m,mode=777 tmpfs "$root/small"
place=$root/small/Leadglass
ended 0 1.0.0 '/D=Z:\small\Leadglass'
is_whole 1.0.0
ended 2 2.0.0 '/D=Z:\small\Leadglass'
is_whole 1.0.0
umount "$root/small"
rm -rf "$shown"
say "all of it held"
