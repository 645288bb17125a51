"""Every write; the only commits."""
