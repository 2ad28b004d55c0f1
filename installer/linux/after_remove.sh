#!/bin/sh
# Users' projects and settings stay, whatever is removed. Only what the program itself might have left under
# /opt and, on purge, the site's policy goes.
set -e
case "$1" in
    purge)
        rm -rf /opt/leadglass /etc/leadglass
        ;;
    remove|0)
        rmdir --ignore-fail-on-non-empty /opt/leadglass 2>/dev/null || true
        ;;
esac
if command -v update-desktop-database >/dev/null; then update-desktop-database -q /usr/share/applications || true; fi
if command -v update-mime-database >/dev/null; then update-mime-database /usr/share/mime || true; fi
