#!/bin/sh
# Sets up the generators, each in a folder of its own under .work, and says what to install for the rest.
# What is set up already is left as it is; what cannot be set up is named, and the rest goes on.
#   clients/setup.sh          all of them        clients/setup.sh smoke    those that the tests run
# Other interpreters than those on the path: PYTHON=python3.12 NPM=/opt/node/bin/npm clients/setup.sh
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

environment() { # NAME: a virtual environment from setup/NAME.txt
    source=$here/setup/$1.txt
    current "$1" "$source" && return
    echo "$1: setting up (once, up to a minute) ..."
    rm -rf "${work:?}/$1"
    "$python" -m venv "$work/$1" &&
        "$work/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$source" &&
        "$work/$1/bin/python" -m pip check --disable-pip-version-check &&
        cp "$source" "$work/$1/made-from"
}

modules() { # node_modules from setup/package.json
    source=$here/setup/package.json
    current node "$source" && return
    echo "node: setting up (once, up to a minute) ..."
    rm -rf "${work:?}/node"
    mkdir -p "$work/node" && cp "$source" "$work/node/" &&
        (cd "$work/node" && "$npm" install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error) &&
        cp "$source" "$work/node/made-from"
}

program() { # NAME PACKAGE: a Go program at the version that setup/NAME.mod requires
    source=$here/setup/$1.mod
    current "$1" "$source" && return
    echo "$1: setting up (once, up to three minutes) ..."
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1" && cp "$source" "$work/$1/go.mod" &&
        (cd "$work/$1" && go build -mod=mod -o "bin/$1" "$2") &&
        cp "$source" "$work/$1/made-from"
}

environment openapi-python-client || failed="$failed openapi-python-client"
modules || failed="$failed node"
if [ "${1:-}" != smoke ]; then
    environment openapi-generator || failed="$failed openapi-generator"
    program oapi-codegen github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen || failed="$failed oapi-codegen"
    program ogen github.com/ogen-go/ogen/cmd/ogen || failed="$failed ogen"
    missing=""
    for each in node go java mvn cargo; do
        command -v "$each" >/dev/null || missing="$missing $each"
    done
    [ -z "$missing" ] || echo "not here:$missing (Debian and Ubuntu: apt-get install nodejs npm golang-go default-jdk-headless maven cargo)" >&2
fi
[ -z "$failed" ] || echo "could not be set up:$failed" >&2
[ -z "$failed${missing:-}" ]
