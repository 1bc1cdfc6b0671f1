"""Recorded traffic: what a flow is, how transcripts and HAR files hold it, and how credentials leave it."""
