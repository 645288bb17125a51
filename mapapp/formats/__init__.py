"""Published records as files, feeds and metadata, and the files of others: what leaves the site and comes to it."""
