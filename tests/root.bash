# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# Root file systems of a Debian 12 of their own, for the suites that install
# something: sourced after run.bash.  tests/in-root runs commands in them.

# make_root ROOT [PACKAGE...]: the smallest Debian 12 in the folder ROOT, which
# must not exist or be empty, and these packages with what they need.
#
# As root, with mmdebstrap; 20 s.  Gets packages as this machine does: from its
# sources of Debian itself, in the way that it reaches them (proxies, checks).
# They are kept in build/debs for the next time.  In ROOT, apt finds the same
# sources and current lists.
make_root()
{
    local root=$1 debs=$builds/debs options=$1.apt.conf file names sources=()

    shift
    names=$(IFS=, && echo "$*")
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
        if [[ -e $file ]] && grep -qE '^(URIs:|deb) .*/debian(-security)?/?( |$)' "$file"; then
            sources+=("$file")
        fi
    done
    mkdir -p "$debs" "$(dirname "$root")"
    apt-config dump | grep '^Acquire::' >"$options" || true
    # shellcheck disable=SC2016  # $1 is what mmdebstrap gives its hooks
    quietly "$root.log" "making a root of Debian 12" \
        env DEBS="$debs" mmdebstrap --variant=minbase ${names:+--include="$names"} \
        --aptopt="$options" --skip=essential/unlink,cleanup/apt \
        --setup-hook='mkdir -p "$1/var/cache/apt/archives"' \
        --setup-hook='find "$DEBS" -name "*.deb" -exec cp -t "$1/var/cache/apt/archives" {} +' \
        --customize-hook='find "$1/var/cache/apt/archives" -name "*.deb" -exec cp -n -t "$DEBS" {} +' \
        --customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb' \
        bookworm "$root" "${sources[@]}"
    rm "$options"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    echo fresh >"$root/etc/hostname"
    printf '127.0.0.1 localhost\n127.0.1.1 fresh\n' >"$root/etc/hosts"
}
