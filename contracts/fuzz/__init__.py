"""Our checks, pictures and caution about money as hooks for schemathesis' own command."""
