"""`python -P -m mockserver …` is `proofsheet serve …`; -P keeps a folder of the same name out of the way."""

import os
import threading

from mockserver.cli import serve

if __name__ == "__main__":
    if parent := os.environ.get("PROOFSHEET_PARENT"):
        # A test run that is killed must not leave its server behind.
        from mockserver.serving import end_with

        threading.Thread(target=end_with, args=(int(parent),), daemon=True).start()
    serve(prog_name="proofsheet serve")
