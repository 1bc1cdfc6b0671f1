"""nginx in one process: `python -m bench.nginx PORT` serves the bench's static answers, and
`python -m bench.nginx PORT UPSTREAM` is a plain reverse proxy before another port."""

import os
import shutil
import sys
from pathlib import Path

from bench.common import WORK
from bench.traffic import PATH

PICTURE = WORK / "proxied.png"
HEAD = """\
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 1000000000; client_max_body_size 0;
  client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
"""
STATIC = """\
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type application/json; return 200 '{{"credits": 1000.0}}'; }}
    location = {path} {{ default_type image/png; error_page 405 =200 $uri; alias {picture}; }}
  }}
}}
"""
PROXY = """\
  upstream u {{ server 127.0.0.1:{upstream}; keepalive 32; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


def main() -> None:
    port, *upstream = sys.argv[1:]
    folder = WORK / f"nginx-{port}"
    folder.mkdir(parents=True, exist_ok=True)
    rest = (
        PROXY.format(port=port, upstream=upstream[0])
        if upstream
        else STATIC.format(port=port, path=PATH, picture=PICTURE)
    )
    file: Path = folder / "nginx.conf"
    file.write_text(HEAD.format(folder=folder) + rest)
    program = shutil.which("nginx") or "nginx"
    os.execv(program, [program, "-e", f"{folder}/error.log", "-c", str(file)])


if __name__ == "__main__":
    main()
