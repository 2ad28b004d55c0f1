#!/bin/bash
# Puts what Windows 10 has and Wine 10 lacks into a Wine prefix (functions of the C runtime, and ICU):
#
#   wine_crt.sh WINE_UCRTBASE_DLL SYSTEM32
#
# Only for trying the program out under Wine; Windows has all of it, and nothing of this is installed anywhere else.
set -euo pipefail
original=$1
system32=$2
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

ours=$(sed -n 's/^EXPORT.* shim_\([a-z]*\)(.*/\1/p' "$here/wine_crt.c")
objdump -p "$original" | sed -n '/Ordinal\/Name Pointer/,/^$/p' | awk 'NR > 1 && NF {print $NF}' >"$work/names"
{
    echo 'LIBRARY ucrtbase.dll'
    echo EXPORTS
    for name in $ours; do echo "\"$name\"=shim_$name"; done
    grep -vxF "$ours" "$work/names" | sed 's/.*/"&"="ucrtwine.&"/'
} >"$work/ucrtbase.def"
x86_64-w64-mingw32-gcc -O2 -s -static -shared -nostartfiles -Wl,-e,0 -o "$work/ucrtbase.dll" "$here/wine_crt.c" "$work/ucrtbase.def"
# Wine's own goes on under another name; without its mark, since Wine looks for marked ones among its own files only.
sed 's/Wine builtin DLL/Wine native  DLL/' "$original" >"$work/ucrtwine.dll"
rm -f "$system32/ucrtbase.dll"
cp "$work/ucrtbase.dll" "$work/ucrtwine.dll" "$system32/"
x86_64-w64-mingw32-gcc -O2 -s -shared -nostartfiles -nostdlib -Wall -Wextra -Werror -Wl,-e,0 -o "$system32/icuuc.dll" "$here/wine_icu.c"
