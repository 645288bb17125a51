"""Every read from PostgreSQL: ids or one key in, typed rows out."""
