"""`python -m proofsheet …` is `proofsheet …`."""

from proofsheet.command import main

if __name__ == "__main__":
    main(prog_name="proofsheet")
