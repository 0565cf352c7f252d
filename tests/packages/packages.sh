#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The packages: "make deb" and "make rpm" in build/gcc, what is in them, and
# the life of the Debian package in a root of its own: installed, upgraded with
# what the service and the administrator wrote kept, removed, purged.

set -euo pipefail
# shellcheck source=tests/run.bash
source "$(dirname "$0")/../run.bash"
# shellcheck source=tests/root.bash
source "$top/tests/root.bash"

build=$builds/gcc
packages=$build/packages
scratch=$builds/packages
root=$scratch/root

((EUID == 0)) || die "a root file system needs root"

cleanup()
{
    attend_stop
    rm -rf --one-file-system "$scratch"
}
trap cleanup EXIT
exit_on_signals

rm -rf --one-file-system "$scratch"
mkdir -p "$scratch"
start=$SECONDS

# logged LOG COMMAND...: silent, but for the last words of a failure.
logged()
{
    local log=$scratch/$1

    shift
    "$@" >"$log" 2>&1 || { tail -n 40 "$log"; return 1; }
}

# ----- building

# only PATTERN...: the one file that there is.
only()
{
    if (($# != 1)) || [[ ! -e $1 ]]; then
        die "one file is expected: $*"
    fi
    printf '%s\n' "$1"
}

check "make deb" logged deb.log make -C "$build" --no-print-directory deb
((failed == 0)) || exit 1
deb=$(only "$packages"/deb/spnhealthd_*.deb)
version=$(dpkg-deb -f "$deb" Version)
tarball=$build/spnhealthd-${version%-*}.tar.xz

check "it was built with the unit tests" grep -qE '^# FAIL: +0$' "$scratch/deb.log"

# Elsewhere, and without its tests.
comes_out_the_same()
{
    DEB_BUILD_OPTIONS=nocheck logged again.log \
        "$top/packaging/make-deb" "$tarball" "$scratch/again"
    cmp "$deb" "$scratch/again/${deb##*/}"
}
check "a second build makes the same package, byte by byte" comes_out_the_same

check "make rpm" \
    logged rpm.log make -C "$build" --no-print-directory rpm RPMBUILD_OPTIONS=--nocheck
((failed == 0)) || exit 1
rpm=$(only "$packages"/rpm/RPMS/*/spnhealthd-*.rpm)

refuses_other_version()
{
    local other=$scratch/other/spnhealthd-9.9.9

    mkdir -p "$other"
    cp -R "$top/packaging" "$other"
    tar -C "$scratch/other" -cJf "$other.tar.xz" spnhealthd-9.9.9
    if "$top/packaging/$1" "$other.tar.xz" "$scratch/other/built" >"$scratch/refusal" 2>&1; then
        return 1
    fi
    grep -q "configure.ac.*9\.9\.9\|9\.9\.9.*configure.ac" "$scratch/refusal" ||
        { cat "$scratch/refusal"; return 1; }
}
check "make deb refuses a changelog of another version" refuses_other_version make-deb
check "make rpm refuses a spec of another version" refuses_other_version make-rpm

# ----- what linters say

check "lintian finds no error and no warning" \
    silent lintian --allow-root --fail-on error,warning "$packages"/deb/*.changes
check "rpmlint finds nothing in the spec and the RPM" \
    logged rpmlint.log rpmlint --strict --config "$top/tests/packages/rpmlint.toml" \
    "$top/packaging/spnhealthd.spec" "$rpm"

# ----- what is in them

# installed FOLDER PREFIX: the files below FOLDER by names that all share: below
# the prefix, or where Debian 12 has units below none, and not compressed.
installed()
{
    find "$1" ! -type d -printf '/%P\n' | sed -E "s|^$2/|/|; s|\.gz$||" | sort
}

prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
make -C "$build" --no-print-directory install DESTDIR="$scratch/made" >"$scratch/install.log"
installed "$scratch/made" "$prefix" >"$scratch/made.list"
dpkg-deb -x "$deb" "$scratch/deb-root"
installed "$scratch/deb-root" /usr >"$scratch/deb.list"

# With Debian's names for some documents, and what only Debian has.
deb_holds_all()
{
    local documents=/share/doc/spnhealthd

    {
        sed -e "s|^$documents/NEWS$|$documents/changelog|" \
            -e "s|^$documents/LICENSE$|$documents/copyright|" "$scratch/made.list"
        printf '%s\n' "$documents/README.Debian" "$documents/changelog.Debian" \
            /share/lintian/overrides/spnhealthd
    } | sort >"$scratch/deb.expected"
    diff "$scratch/deb.expected" "$scratch/deb.list"
}
check "the Debian package holds what make install installs" deb_holds_all

# Without the folders, and the links for debuggers.
rpm_holds_all()
{
    rpm -qp --queryformat '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" |
        sed -E '/^d/d; \|/\.build-id/|d; s|^[^ ]* /usr/|/|; s|\.gz$||' |
        sort >"$scratch/rpm.list"
    diff "$scratch/made.list" "$scratch/rpm.list"
}
check "the RPM holds what make install installs" rpm_holds_all

check "the Debian package needs SASL's GSSAPI, which no tool finds" \
    grep -qw libsasl2-modules-gssapi-mit <(dpkg-deb -f "$deb" Depends)
check "so does the RPM" grep -qx cyrus-sasl-gssapi <(rpm -qp --requires "$rpm")

for script in preun postun; do
    rpm -qp --queryformat "%{$script}" "$rpm" >"$scratch/$script"
    check "the RPM's $script is a shell script" sh -n "$scratch/$script"
done

hardened()
{
    readelf -hldW "$1" >"$scratch/elf"
    grep -q 'Type: *DYN' "$scratch/elf"
    grep -q 'GNU_RELRO' "$scratch/elf"
    grep -qE 'BIND_NOW|FLAGS.*NOW' "$scratch/elf"
}
for program in sbin/spnhealthd libexec/spnhealthd-probe; do
    check "the packaged $program is hardened" hardened "$scratch/deb-root/usr/$program"
done

# ----- the life of the Debian package

make_root "$root" systemd
mkdir "$root/packages"
cp "$deb" "$root/packages/old.deb"

# The same, but newer.
dpkg-deb -R "$deb" "$scratch/newer"
sed -i 's/^Version: .*/&+newer/' "$scratch/newer/DEBIAN/control"
dpkg-deb --root-owner-group -b "$scratch/newer" "$root/packages/newer.deb" >"$scratch/newer.log"

# inside COMMAND...
inside()
{
    "$top/tests/in-root" "$root" "$@"
}

apt_inside()
{
    inside env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@"
}

# All that could be left behind; not what apt, dpkg and ldconfig remember of any
# package.
files()
{
    find "$root" -xdev \( -path "$root/var/cache" -o -path "$root/var/lib/apt" \
        -o -path "$root/var/lib/dpkg" -o -path "$root/var/log" \) -prune \
        -o ! -name ld.so.cache -printf '/%P\n' | sort
}

files >"$scratch/before"
check "apt installs it with what it depends on" logged apt.log apt_inside install /packages/old.deb

says_version()
{
    [[ $(inside spnhealthd --version) == "spnhealthd ${version%-*}" ]]
}
check "the program runs" says_version
check "it lists its checks" grep -q '^clock ' <(inside spnhealthd --list-checks)

finds_libraries()
{
    inside ldd /usr/libexec/spnhealthd-probe >"$scratch/libraries"
    ! grep 'not found' "$scratch/libraries"
}
check "the worker finds its libraries" finds_libraries
check "libldap finds SASL's GSSAPI" \
    inside sh -c 'ls /usr/lib/*/sasl2/libgssapiv2.so'
check "systemd accepts the units" \
    silent inside sh -c 'systemd-analyze verify --man=no --recursive-errors=no \
        /lib/systemd/system/spnhealthd*.service /lib/systemd/system/spnhealthd*.timer'
check "the journal's catalogue has its messages" \
    grep -q spnhealthd <(inside journalctl --list-catalog)
check "its completion is where bash-completion looks" \
    inside bash -c 'source /usr/share/bash-completion/completions/spnhealthd && complete -p spnhealthd'

none_enabled()
{
    local unit

    for unit in spnhealthd.service spnhealthd-check.timer; do
        [[ $(inside systemctl is-enabled "$unit") == disabled ]] || return 1
    done
}
check "no unit is enabled, as there is no domain yet" none_enabled

# What the administrator writes, and what the service and an instance keep; see
# systemd.exec(5) on where the state of a dynamic user is.
mkdir "$root/etc/spnhealthd"
sed 's/corp\.example\.com/ad.example.net/' "$root/usr/share/doc/spnhealthd/examples/spnhealthd.yaml" \
    >"$root/etc/spnhealthd/spnhealthd.yaml"
for name in spnhealthd spnhealthd-other; do
    mkdir -p "$root/var/lib/private/$name"
    echo standing >"$root/var/lib/private/$name/alerts"
    ln -s "private/$name" "$root/var/lib/$name"
done

check "the example is a configuration" inside spnhealthd --test-config
inside systemctl --quiet enable spnhealthd.service spnhealthd@other.service

keeps()
{
    [[ $(<"$root/var/lib/spnhealthd/alerts") == standing ]]
    [[ $(<"$root/var/lib/spnhealthd-other/alerts") == standing ]]
    grep -q '^domain: ad.example.net' "$root/etc/spnhealthd/spnhealthd.yaml"
}

upgrades()
{
    logged apt.log apt_inside install /packages/newer.deb
    inside dpkg-query -s spnhealthd | grep -q '^Version: .*+newer$'
    inside systemctl is-enabled spnhealthd.service spnhealthd@other.service
    keeps
}
check "an upgrade keeps the state, the configuration and what is enabled" upgrades

removes()
{
    logged apt.log apt_inside remove spnhealthd
    [[ ! -e $root/usr/sbin/spnhealthd ]]
    keeps
}
check "a removal keeps the state and the configuration" removes

purges()
{
    logged apt.log apt_inside purge --autoremove spnhealthd
    files >"$scratch/after"
    diff "$scratch/before" <(grep -v '^/etc/spnhealthd' "$scratch/after")
    [[ -e $root/etc/spnhealthd/spnhealthd.yaml ]]
}
check "a purge leaves nothing but the configuration" purges

say "# $((SECONDS - start)) s"
exit "$failed"
