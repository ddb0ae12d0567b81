#!/bin/bash
# Fetches a MySQL server for the tests into .build/mysql, touching nothing of the system.
#
# Debian's stable release has MariaDB only, its unstable release has MySQL. Its package and all the
# libraries it needs are downloaded by apt, with lists and cache of its own, from the mirror that this
# machine uses already, and unpacked side by side; `.build/mysql/mysqld` starts the server by the
# dynamic loader of that folder, so that old and new libraries do not meet.
#
# Quick where it is there already. Never fails: where MySQL cannot be had, it says so in one line, and
# the tests do with MariaDB.
set -uo pipefail

target=$(cd "$(dirname "$0")/../.." && pwd)/.build/mysql
[ -x "$target/mysqld" ] && exit 0

without() {
  echo "no MySQL for the tests ($1): MariaDB alone is tested" >&2
  exit 0
}

mkdir -p "${target%/*}" || without "cannot write to .build"
work=$(mktemp -d "$target.XXXXXX") || without "cannot write to .build"
trap 'rm -rf -- "$work"' EXIT
mkdir -p "$work"/apt/{state,lists/partial,cache/archives/partial} "$work/root"
: >"$work/apt/status" # as if nothing were installed: every library comes along

# This release's own entries of the machine's sources, with the suite changed: both ways to write them.
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk -v release="$release" '
  /^#/ { next }
  /^[[:space:]]*$/ { show(); next }
  /^Suites:/ { for (i = 2; i <= NF; i++) if ($i == release) fits = 1; $0 = "Suites: sid" }
  /^Types:/ { $0 = "Types: deb" }
  { stanza = stanza $0 "\n" }
  function show() { if (fits) print stanza; stanza = ""; fits = 0 }
  END { show() }' >"$work/apt/sid.sources"
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
  sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$release +.*/deb \1\2 sid main/p" >"$work/apt/sid.list"
sources=$work/apt/sid.sources
[ -s "$sources" ] || sources=$work/apt/sid.list
[ -s "$sources" ] || without "no Debian mirror in apt's sources"

apt() {
  apt-get -q -o Dir::Etc::sourcelist="$sources" -o Dir::Etc::sourceparts=- \
    -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- \
    -o Dir::State="$work/apt/state" -o Dir::State::status="$work/apt/status" \
    -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" \
    -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Acquire::Languages=none \
    -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
    "$@" >>"$work/log" 2>&1
}

echo "fetching a MySQL server for the tests (about 66 MB, once)" >&2
apt update || without "apt cannot read the unstable suite"
apt install --yes --download-only --no-install-recommends mysql-server-core ||
  without "apt cannot get mysql-server-core"
for archive in "$work"/apt/cache/archives/*.deb; do
  dpkg -x "$archive" "$work/root" || without "cannot unpack ${archive##*/}"
done
rm -rf "$work/apt" "$work"/root/usr/share/{doc,man,locale}

cat >"$work/mysqld" <<'LAUNCHER'
#!/bin/sh
# Starts the MySQL server of this folder with this folder's libraries. Takes mysqld's own options.
root=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)/root
loader=$(ls "$root"/usr/lib*/ld-linux*.so.* "$root"/usr/lib/*/ld-linux*.so.* 2>/dev/null | head -n 1)
libraries=$(echo "$root"/usr/lib/*-linux-gnu* | tr ' ' ':'):$root/usr/lib/mysql/private
[ "${1:-}" = --no-defaults ] && shift
exec "$loader" --library-path "$libraries" "$root/usr/sbin/mysqld" --no-defaults \
  --basedir="$root/usr" --lc-messages-dir="$root/usr/share/mysql" \
  --character-sets-dir="$root/usr/share/mysql/charsets" \
  --plugin-dir="$root/usr/lib/mysql/plugin" --secure-file-priv="" "$@"
LAUNCHER
chmod +x "$work/mysqld"
version=$("$work/mysqld" --version 2>&1) || without "it does not run here: $version"

# Under its final name only when it is whole; somebody else may have been quicker.
rm -f "$work/log"
mv -T "$work" "$target" 2>/dev/null || true
echo "fetched ${version#*Ver }" >&2
