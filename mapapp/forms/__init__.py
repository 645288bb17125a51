"""What a person may send, cleaned to plain values; no database, no HTTP."""
