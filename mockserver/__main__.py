"""`python -P -m mockserver …` is `proofsheet serve …`; -P keeps a folder of the same name out of the way."""

import os
import signal
import threading
import time

from mockserver.cli import serve


def end_with(parent: int) -> None:
    """End in good order once `parent` has: a test run that is killed must not leave its server behind."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    if parent := os.environ.get("PROOFSHEET_PARENT"):
        threading.Thread(target=end_with, args=(int(parent),), daemon=True).start()
    serve(prog_name="proofsheet serve")
