#!/bin/sh
# Installs Julia 1.5.3 on a Debian that has none (12 and later), as root.
#
# The package is Debian bullseye's, from the mirror this machine's apt already uses, pinned so low
# that nothing else comes from there. Newer Debians ship libunwind 1.6 or later, which crashes when
# Julia throws through compiled frames (simple scripts pass, so it is easily missed): Julia alone
# gets bullseye's libunwind, in a folder of its own, through a wrapper in /usr/local/bin.
set -eu

private=/opt/julia-1.5/lib
wrapper=/usr/local/bin/julia
list=/etc/apt/sources.list.d/cuteshm-bullseye.list
pin=/etc/apt/preferences.d/cuteshm-bullseye
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
work=$(mktemp -d)

# Leaves apt as it was, whatever happens.
cleanup() {
    rm -rf "$work" "$list" "$pin"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2016 # the $(...) is apt's
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' |
    head -n 1)
if [ -z "$mirror" ]; then
    echo "install_julia.sh: apt knows no Debian mirror (try apt-get update)" >&2
    exit 1
fi

printf 'deb [signed-by=%s] %s bullseye main\n' "$keyring" "$mirror" >"$list"
printf 'Package: *\nPin: release n=bullseye\nPin-Priority: 100\n' >"$pin"
# Only this list, and the others' stay as they are: quicker, and no second update is owed.
apt-get update -qq -o Dir::Etc::sourcelist="$list" -o Dir::Etc::sourceparts=- \
    -o APT::Get::List-Cleanup=0
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends julia

(cd "$work" && apt-get -o APT::Sandbox::User=root download -qq libunwind8/bullseye && dpkg -x libunwind8_*.deb root)
mkdir -p "$private"
cp -a "$work"/root/usr/lib/*/libunwind.so.8* "$private"/

cat >"$wrapper" <<WRAPPER
#!/bin/sh
LD_LIBRARY_PATH=$private\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH} exec /usr/bin/julia "\$@"
WRAPPER
chmod 755 "$wrapper"
