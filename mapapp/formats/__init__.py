"""Published records as files, feeds and metadata: what leaves the site, and in which form."""
