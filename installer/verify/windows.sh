#!/bin/bash
# Installs the Windows packages under Wine 10, as IT would roll them out, and tries them there. Needs root, debootstrap,
# MinGW and a Debian mirror (MIRROR); neither the program nor its installer uses any network.
#
#   sudo installer/verify/windows.sh DIST [CHROOT] [OLDER.exe] [OLDER.msi]
#
# DIST holds the packages and SHA256SUMS; CHROOT is made once and kept for the next time. With installers of an
# earlier build, a project is made by the .exe and kept through the upgrade. What is seen is printed.
#
# Wine is not Windows: `windows.ps1` beside this tries on a real one what only that can prove.
set -euo pipefail

. "$(dirname "$(readlink -f "$0")")/bare.sh"
alone "$@"

dist=$(readlink -f "$1")
root=$(readlink -m "${2:-build/wine}")
older=${3:-}
older_msi=${4:-}
home='C:\Program Files\Leadglass'

(cd "$dist" && sha256sum --check --ignore-missing SHA256SUMS)
shown=$dist
. "$(dirname "$(readlink -f "$0")")/wine.sh"
leadglass() { as_reader xvfb-run -a wine "$home\\bin\\leadglass.exe" "$@" | tr -d '\r'; }

installer=$(cd "$dist" && ls leadglass-[0-9]*-windows-x86_64.exe)
registered() { as_reader wine reg query "HKLM\\Software\\Leadglass" /v "$1" | tr -d '\r' | awk -v n="$1" '$1 == n {print $3}'; }

# A patient of the sample that the installed copy carries, as Windows writes its place.
patient() {
    (cd "$c/Program Files/Leadglass" && find . -path "*sample/instances/$1*" -type d | head -1) | sed "s|^\.|$(echo "$home" | sed 's|\\|/|g')|" | tr / '\\'
}

if [ -n "$older" ]; then
    say "an older build, and a project made by it"
    cp "$older" "$root/home/reader/older.exe"
    as_reader wine 'Z:\home\reader\older.exe' /S
    say "installed: $(registered Version)"
    leadglass new 'C:\kept.leadglass' --progress none
    leadglass import 'C:\kept.leadglass' "$(patient Ab)" --progress none
    held() { (cd "$c/kept.leadglass" && find instances project.toml -type f -exec sha256sum {} + | sort); }
    before=$(held)
fi

say "unattended installation of $installer"
as_reader wine "Z:\\packages\\$installer" /S || fail "the installer ended with $?"
[ -x "$c/Program Files/Leadglass/bin/leadglass.exe" ] || fail "nothing was installed"
say "installed: $(registered Version), $(leadglass --version)"
left=$(cd "$c/Program Files/Leadglass" && ls -d -- *.new *.old *.gone 2>/dev/null || true)
[ -z "$left" ] || fail "left behind: $left"

if [ -n "$older" ]; then
    say "the project of the older build opens"
    [ "$before" = "$(held)" ] || fail "the project was changed by installing"
    leadglass import 'C:\kept.leadglass' "$(patient Be)" --progress none
    leadglass export 'C:\kept.leadglass' --out 'C:\data set' --preview --progress none
fi

say "self-test without a network"
leadglass selftest --progress none | tee "$dist/windows-selftest.txt" || true
grep -q 'This copy works' "$dist/windows-selftest.txt" || fail "the self-test"

say "the window on a virtual screen"
# A project of its own, so that this works without an older build too; the picture is for people to look at.
leadglass new 'C:\seen.leadglass' --progress none
leadglass import 'C:\seen.leadglass' "$(patient Ab)" --progress none
as_reader wineserver -k || true # its desktop began without a screen, and draws on none as long as it runs
as_reader xvfb-run -a -s '-screen 0 1280x800x24' sh -c "
    wine '$home\\bin\\leadglass-window.exe' 'C:\\seen.leadglass' &
    for turn in \$(seq ${WINDOW_TURNS:-40}); do
        sleep 10
        import -window root /home/reader/window.png
        [ \$(identify -format %k /home/reader/window.png) -gt 500 ] && break
    done
    sleep 20
    import -window root /home/reader/window.png
    wineserver -k" || true
cp "$root/home/reader/window.png" "$dist/windows-window.png"
[ "$(chroot "$root" identify -format %k /home/reader/window.png)" -gt 500 ] || fail "the window shows nothing"

# trains FILE: the installed copy trains and predicts; what its self-test printed goes to FILE.
trains() {
    leadglass selftest --progress none | tee "$1" || true
    grep -Eq '^ok +training' "$1" && grep -q 'This copy works' "$1" || fail "training"
}

training=$(cd "$dist" && ls leadglass-training-*-windows-x86_64.exe 2>/dev/null || true)
if [ -n "$training" ]; then
    say "training is added later, works without a network, and goes again"
    as_reader wine "Z:\\packages\\$training" /S || fail "the installer of training ended with $?"
    trains "$dist/windows-training-selftest.txt"
    as_reader wine "$home\\uninstall-training.exe" /S || fail "the uninstaller of training ended with $?"
    as_reader wineserver -w
    [ ! -e "$c/Program Files/Leadglass/training" ] || fail "the training component is still there"
    leadglass --version
fi

say "repair: a damaged copy is put right by installing again"
echo damaged >"$c/Program Files/Leadglass/python/Lib/site-packages/app/__init__.py"
as_reader wine "Z:\\packages\\$installer" /S || fail "the repair ended with $?"
leadglass --version

say "removed: settings and projects stay"
mkdir -p "$c/users/reader/AppData/Local/leadglass"
chown -R 1000:1000 "$c/users/reader/AppData/Local/leadglass"
as_reader wine "$home\\uninstall.exe" /S || fail "the uninstaller ended with $?"
as_reader wineserver -w # it goes on as a copy of itself
[ ! -e "$c/Program Files/Leadglass/python" ] || fail "the program is still there"
[ -d "$c/users/reader/AppData/Local/leadglass" ] || fail "settings are gone"
[ -z "$older" ] || [ -d "$c/kept.leadglass" ] || fail "the project is gone"

msi=$(cd "$dist" && ls leadglass-[0-9]*-windows-x86_64.msi 2>/dev/null || true)
if [ -n "$msi" ]; then
    rm -rf "$c/Program Files/Leadglass"
    if [ -n "$older_msi" ]; then
        say "an older .msi"
        cp "$older_msi" "$root/home/reader/older.msi"
        as_reader wine msiexec /i 'Z:\home\reader\older.msi' /qn || fail "msiexec ended with $?"
        say "installed: $(registered Version)"
    fi
    say "unattended installation of $msi"
    as_reader wine msiexec /i "Z:\\packages\\$msi" /qn || fail "msiexec ended with $?"
    say "installed: $(registered Version), $(leadglass --version)"
    say "repair: a file that is gone comes back"
    rm "$c/Program Files/Leadglass/python/Lib/site-packages/app/errors.py"
    # What /fa does; Wine's msiexec knows that switch for no installed product.
    as_reader wine msiexec /i "Z:\\packages\\$msi" /qn REINSTALL=ALL REINSTALLMODE=amus || fail "msiexec ended with $?"
    [ -s "$c/Program Files/Leadglass/python/Lib/site-packages/app/errors.py" ] || fail "it did not come back"
    leadglass --version
    training=$(cd "$dist" && ls leadglass-training-*-windows-x86_64.msi 2>/dev/null || true)
    if [ -n "$training" ]; then
        say "training is added as an .msi, and goes again"
        as_reader wine msiexec /i "Z:\\packages\\$training" /qn || fail "msiexec ended with $?"
        [ -d "$c/Program Files/Leadglass/training/keras" ] || fail "the training component is not there"
        trains "$dist/windows-training-msi-selftest.txt"
        as_reader wine msiexec /x "Z:\\packages\\$training" /qn || fail "msiexec ended with $?"
        [ ! -e "$c/Program Files/Leadglass/training/keras" ] || fail "the training component is still there"
        leadglass --version
    fi
    say "removed with PURGE=1"
    as_reader wine msiexec /x "Z:\\packages\\$msi" /qn PURGE=1 || fail "msiexec ended with $?"
    [ ! -e "$c/Program Files/Leadglass/python/python.exe" ] || fail "the program is still there"
fi
say "all of it held"
