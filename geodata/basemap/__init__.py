"""Builds the basemap: open geodata in, one PMTiles file and two relief pictures out."""
