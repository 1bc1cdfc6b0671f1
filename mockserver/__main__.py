"""`python -P -m mockserver …` is `proofsheet serve …`; -P keeps a folder of the same name out of the way."""

from mockserver.cli import serve

if __name__ == "__main__":
    serve(prog_name="proofsheet serve")
