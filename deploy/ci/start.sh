#!/bin/sh
# Starts the mock in the background of a CI job and waits until it can serve.
#   deploy/ci/start.sh [NAMES]... [OPTIONS]...     as of `proofsheet serve`; PROOFSHEET_PORT, or 4010
# Says PROOFSHEET_URL and PROOFSHEET_PID as lines for a shell, and to GitHub's later steps; what the server prints is
# in PROOFSHEET_LOG, or proofsheet.log.
set -eu
port=${PROOFSHEET_PORT:-4010}
log=${PROOFSHEET_LOG:-proofsheet.log}
proofsheet serve --port "$port" --no-warm "$@" >"$log" 2>&1 &
pid=$!
url=http://127.0.0.1:$port
ask="import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=5)"
tries=0
until python3 -c "$ask" "$url/readyz" 2>/dev/null; do
    tries=$((tries + 1))
    if ! kill -0 "$pid" 2>/dev/null || [ "$tries" -gt 600 ]; then
        echo "the mock did not start:" >&2
        cat "$log" >&2
        exit 1
    fi
    sleep 0.1
done
for line in "PROOFSHEET_URL=$url" "PROOFSHEET_PID=$pid"; do
    echo "$line"
    [ -z "${GITHUB_ENV:-}" ] || echo "$line" >>"$GITHUB_ENV"
done
