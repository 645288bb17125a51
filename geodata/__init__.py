"""What brings data in: sources to records to database, through the same write path."""
