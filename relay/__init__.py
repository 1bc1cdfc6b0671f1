"""The judging proxy: passes traffic on untouched, and judges and records copies of it beside the stream."""
