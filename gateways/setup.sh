#!/bin/sh
# Sets up the proxies that Debian does not have, each in a folder of its own under .work, and says what to
# install for the rest. What is set up already is left as it is; what cannot be set up is named, and the rest goes on.
# Other interpreters than those on the path: PYTHON=python3.12 NPM=/opt/node/bin/npm gateways/setup.sh
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$here/.work
python=${PYTHON:-python3}
npm=${NPM:-npm}
failed=""
mkdir -p "$work" || exit 1

# A set-up is whole when its mark holds what it was made from; anything else is made anew.
current() { # NAME SOURCE
    [ -f "$work/$1/made-from" ] && cmp -s "$work/$1/made-from" "$2" && echo "$1: set up already"
}

environment() { # NAME: a virtual environment from NAME.txt
    source=$here/requirements/$1.txt
    current "$1" "$source" && return
    echo "$1: setting up (once, one to three minutes) ..."
    rm -rf "${work:?}/$1"
    "$python" -m venv "$work/$1" &&
        "$work/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$source" &&
        "$work/$1/bin/python" -m pip check --disable-pip-version-check &&
        cp "$source" "$work/$1/made-from"
}

modules() { # NAME: node_modules from NAME.json
    source=$here/requirements/$1.json
    current "$1" "$source" && return
    echo "$1: setting up (once, about half a minute) ..."
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1" && cp "$source" "$work/$1/package.json" &&
        (cd "$work/$1" && "$npm" install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error) &&
        cp "$source" "$work/$1/made-from"
}

for each in mitmproxy litellm; do environment "$each" || failed="$failed $each"; done
for each in portkey portkey-older-server; do modules "$each" || failed="$failed $each"; done
cp "$here/../tests/acceptance/portkey/loopback.cjs" "$work/loopback.cjs" || failed="$failed loopback.cjs"
[ -z "$failed" ] || echo "could not be set up:$failed" >&2

missing=""
for each in nginx haproxy caddy node; do
    PATH=$PATH:/usr/sbin command -v "$each" >/dev/null || missing="$missing $each"
done
[ -z "$missing" ] || echo "not here:$missing (Debian and Ubuntu: apt-get install nginx-light haproxy caddy nodejs npm)" >&2
[ -z "$failed$missing" ]
