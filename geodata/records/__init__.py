"""Rows of the starting data as records: one file a noun, every cell checked."""
