#!/bin/sh
# Installs Leadglass from the unpacked tarball.
#
#   ./install.sh                     for this user:  ~/.local/opt/leadglass
#   sudo ./install.sh                for all users:  /opt/leadglass
#   ./install.sh --prefix DIR        elsewhere
#   ./install.sh --uninstall [--purge]   projects stay; --purge deletes this user's settings and keys too
#
# An installation of the same place is replaced as a whole; when that fails, the old one stays. No network is used.
set -eu

here=$(dirname "$(readlink -f "$0")")
prefix=
action=install
purge=no
while [ $# -gt 0 ]; do
    case "$1" in
        --prefix) prefix=$2; shift ;;
        --prefix=*) prefix=${1#--prefix=} ;;
        --uninstall) action=uninstall ;;
        --purge) purge=yes ;;
        -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "install.sh: unknown option $1; see --help" >&2; exit 2 ;;
    esac
    shift
done

if [ "$(id -u)" = 0 ]; then
    : "${prefix:=/opt/leadglass}"
    commands=/usr/local/bin
    share=/usr/local/share
else
    : "${prefix:=$HOME/.local/opt/leadglass}"
    commands=$HOME/.local/bin
    share=${XDG_DATA_HOME:-$HOME/.local/share}
fi

tell_desktop() {
    command -v update-desktop-database >/dev/null && update-desktop-database -q "$share/applications" || true
    command -v update-mime-database >/dev/null && update-mime-database "$share/mime" || true
}

if [ "$action" = uninstall ]; then
    if [ ! -x "$prefix/bin/leadglass" ]; then
        echo "There is no Leadglass in $prefix." >&2
        exit 1
    fi
    rm -rf "$prefix"
    rm -f "$commands/leadglass" "$share/applications/leadglass.desktop" "$share/mime/packages/leadglass.xml" \
        "$share/icons/hicolor/scalable/apps/leadglass.svg" "$share/man/man1/leadglass.1.gz"
    if [ "$purge" = yes ]; then
        rm -rf "${XDG_CONFIG_HOME:-$HOME/.config}/leadglass" "${XDG_CACHE_HOME:-$HOME/.cache}/leadglass"
        echo "Settings and keys of this user are deleted. Projects stay where they are."
    fi
    tell_desktop
    echo "Leadglass is removed."
    exit 0
fi

machine=$(uname -m)
if [ "$machine" != x86_64 ]; then
    echo "Leadglass runs on x86_64; this is $machine." >&2
    exit 1
fi
glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
if [ -z "$glibc" ] || [ "$(printf '%s\n2.35\n' "$glibc" | sort -V | head -1)" != 2.35 ]; then
    echo "Leadglass needs glibc 2.35 or later (Debian 12, Ubuntu 22.04, RHEL 10); this system has ${glibc:-none}." >&2
    exit 1
fi

if [ ! -d "$here/leadglass/python" ]; then # the tarball of a component: added to what is installed
    if [ ! -x "$prefix/bin/leadglass" ]; then
        echo "Install Leadglass itself first; there is none in $prefix." >&2
        exit 1
    fi
    cp -a "$here/leadglass/." "$prefix/"
    echo "The component is installed in $prefix."
    exit 0
fi

mkdir -p "$(dirname "$prefix")"
new=$prefix.new.$$
trap 'rm -rf "$new"' EXIT
cp -a "$here/leadglass" "$new"
"$new/bin/leadglass" --version >/dev/null # a copy that does not start never replaces one that does
if [ -e "$prefix" ]; then
    if [ ! -x "$prefix/bin/leadglass" ]; then
        echo "$prefix exists and is no Leadglass; choose another place with --prefix." >&2
        exit 1
    fi
    mv "$prefix" "$prefix.old.$$"
fi
mv "$new" "$prefix"
rm -rf "$prefix.old.$$"

mkdir -p "$commands" "$share/applications" "$share/mime/packages" "$share/icons/hicolor/scalable/apps" "$share/man/man1"
ln -sf "$prefix/bin/leadglass" "$commands/leadglass"
sed "s|/opt/leadglass|$prefix|" "$here/share/leadglass.desktop" >"$share/applications/leadglass.desktop"
cp "$here/share/leadglass.xml" "$share/mime/packages/"
cp "$here/share/leadglass.svg" "$share/icons/hicolor/scalable/apps/"
cp "$here/share/leadglass.1.gz" "$share/man/man1/"
tell_desktop
echo "Leadglass is installed in $prefix. Check it with: $commands/leadglass selftest"
