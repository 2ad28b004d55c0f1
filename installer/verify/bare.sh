# What the scripts beside this share that try packages in a bare Debian; they source it first of all. Where not the package
# but the mirror or the machine is at fault they end with 77 and say so: then nothing was shown.
NOT_TRIED=77
trap 'printf "FAILED: %s, line %s: %s\n" "$0" "$LINENO" "$BASH_COMMAND"' ERR

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }
not_tried() { printf '== not tried: %s\n' "$*"; exit "$NOT_TRIED"; }

# alone ARGUMENTS…: go on among processes and mounts of one's own: whatever ends the script, nothing of it stays behind.
alone() {
    [ -z "${LEADGLASS_ALONE:-}" ] || return 0
    unshare --net true && unshare --mount --pid --fork --mount-proc true || not_tried "this machine allows no namespaces"
    LEADGLASS_ALONE=1 exec unshare --mount --pid --fork --kill-child --mount-proc --propagation private \
        "$(readlink -f "$0")" "$@"
}

# unreachable LOG: whether a package client's own words say that it did not get what it asked for.
unreachable() {
    grep -Eqi 'failed to fetch|could not (resolve|connect|handshake)|temporary failure|connection (failed|refused|reset|timed out|broken)|hash sum mismatch|read timed out|max retries|newconnectionerror|no space left' "$1"
}

# fetched LOG COMMAND…: a command that the mirror is needed for; what it says goes to LOG.
fetched() {
    local log=$1
    shift
    "$@" >"$log.now" 2>&1 && { cat "$log.now" >>"$log"; rm "$log.now"; return; }
    tail -20 "$log.now"
    unreachable "$log.now" && not_tried "the mirror did not answer"
    fail "$*"
}

# bare SUITE ROOT LOG: a bare system of that suite in ROOT, made once.
bare() {
    [ ! -e "$2/made" ] || return 0
    say "a bare $1"
    rm -rf "$2"
    debootstrap --variant=minbase --components="${AREAS:-main}" ${KEYRING:+--keyring="$KEYRING"} "$1" "$2" "$mirror" \
        >"$3" 2>&1 || { tail -5 "$3"; rm -rf "$2"; not_tried "no bare system could be made"; }
    touch "$2/made"
}

# opened PRISTINE ROOT: a fresh copy of a bare system, with what programs expect to be mounted, and a user of 1000.
opened() {
    umount "$2/proc" "$2/dev/shm" 2>/dev/null || true
    rm -rf "$2"
    cp -a "$1" "$2"
    cp /etc/resolv.conf "$2/etc/resolv.conf"
    for file in /etc/apt/apt.conf.d/*proxy*; do [ -e "$file" ] && cp "$file" "$2/etc/apt/apt.conf.d/"; done
    mkdir -p "$2/dev/shm"
    { mount -t proc proc "$2/proc" && mount -t tmpfs tmpfs "$2/dev/shm"; } || not_tried "this machine allows no mounts"
    chroot "$2" useradd -m -u 1000 reader
}
