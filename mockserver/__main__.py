"""`python -m proofsheet.mockserver …` is `proofsheet serve …`."""

import os
import threading

from proofsheet import library_logs
from proofsheet.mockserver.cli import serve

if __name__ == "__main__":
    if parent := os.environ.get("PROOFSHEET_PARENT"):
        # A test run that is killed must not leave its server behind.
        from proofsheet.mockserver.workers import end_with

        threading.Thread(target=end_with, args=(int(parent),), daemon=True).start()
    library_logs.quiet()
    serve(prog_name="proofsheet serve")
