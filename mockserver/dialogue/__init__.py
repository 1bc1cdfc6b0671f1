"""Dialogues over a WebSocket: what is heard, what it does, what is said."""
