"""Audio for answers: frames of a few sounds, each encoded once, put together per request."""
