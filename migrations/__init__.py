"""Alembic migrations; the names of the files in versions/ say what changes."""
