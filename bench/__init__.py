"""The speed bench: our server beside its peers, in one run, as ratios (python -m bench)."""
