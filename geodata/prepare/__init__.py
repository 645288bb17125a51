"""Makes the committed territories and gazetteer anew from their sources; needs the packages of requirements-data.in."""
