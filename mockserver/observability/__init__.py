"""What an operator sees of a server: metrics, log lines, spans; each only where it is asked for."""
