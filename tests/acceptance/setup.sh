#!/bin/sh
# Sets up the real clients that the acceptance tests run: litellm, OpenAI's client and Agents SDK, LangChain
# (Python), OpenAI's client, AI SDK and Portkey's gateway (Node), OpenAI's clients for Go and Java, Luma's, Runway's, Google's and Zhipu's (Python).
# Each goes into a folder of its own under .work; what is set up already is left as it is.
# Other interpreters than those on the path: PYTHON=python3.12 NPM=/opt/node/bin/npm tests/acceptance/setup.sh
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$here/.work
python=${PYTHON:-python3}
npm=${NPM:-npm}
mkdir -p "$work"

# A set-up is whole when its mark holds what it was made from; anything else is made anew.
current() { # MARK SOURCE
    [ -f "$1" ] && cmp -s "$1" "$2"
}

setup_python() { # NAME: the packages of NAME/requirements.txt
    mark=$work/$1/made-from
    source=$here/$1/requirements.txt
    if current "$mark" "$source" && "$work/$1/bin/python" -c '' 2>/dev/null; then
        echo "$1: set up already"
        return
    fi
    command -v "$python" >/dev/null || { echo "$1: there is no $python" >&2; return 1; }
    echo "$1: setting up (once, up to three minutes) ..."
    rm -rf "$work/$1"
    "$python" -m venv "$work/$1"
    "$work/$1/bin/python" -m pip install -q --disable-pip-version-check --no-deps -r "$source"
    "$work/$1/bin/python" -m pip check --disable-pip-version-check
    cp "$source" "$mark"
    echo "$1: ready"
}

setup_node() { # NAME: the packages of NAME/package.json
    mark=$work/$1/made-from
    source=$here/$1/package.json
    if current "$mark" "$source"; then
        echo "$1: set up already"
        return
    fi
    command -v "$npm" >/dev/null || { echo "$1: there is no $npm" >&2; return 1; }
    echo "$1: setting up (once, about half a minute) ..."
    rm -rf "$work/$1"
    mkdir -p "$work/$1"
    cp "$source" "$work/$1/package.json"
    # No install script of these packages does anything that is needed here.
    (cd "$work/$1" &&
        "$npm" install --no-package-lock --no-audit --no-fund --ignore-scripts --omit-lockfile-registry-resolved \
            --loglevel=error)
    cp "$source" "$mark"
    echo "$1: ready"
}

setup_go() { # NAME: the program of NAME
    mark=$work/$1/made-from
    cat "$here/$1/go.mod" "$here/$1/main.go" >"$work/$1.source"
    if current "$mark" "$work/$1.source"; then
        echo "$1: set up already"
        return
    fi
    command -v go >/dev/null || { echo "$1: there is no go" >&2; return 1; }
    echo "$1: setting up (once, up to a minute) ..."
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    cp "$here/$1/go.mod" "$here/$1/main.go" "$work/$1/"
    (cd "$work/$1" && go build -mod=mod -o run .)
    cp "$work/$1.source" "$mark"
    echo "$1: ready"
}

setup_java() { # NAME: the class Run of NAME and the jars of its pom.xml
    mark=$work/$1/made-from
    cat "$here/$1/pom.xml" "$here/$1/Run.java" >"$work/$1.source"
    if current "$mark" "$work/$1.source"; then
        echo "$1: set up already"
        return
    fi
    command -v mvn >/dev/null || { echo "$1: there is no mvn" >&2; return 1; }
    echo "$1: setting up (once, up to a minute) ..."
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    mvn -q -B -f "$here/$1/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/$1/lib"
    javac -cp "$work/$1/lib/*" -d "$work/$1/classes" "$here/$1/Run.java"
    cp "$work/$1.source" "$mark"
    echo "$1: ready"
}

setup_node aisdk
setup_python agents
setup_python google
setup_python litellm
setup_python openai
setup_go openai_go
setup_java openai_java
setup_node openai_node
setup_node portkey
setup_python video_clients
setup_python zhipu
