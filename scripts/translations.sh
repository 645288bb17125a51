#!/usr/bin/env bash
# Collects the texts of the interface and brings the catalogues up to date; new texts stay empty until somebody writes them.
set -eu
cd "$(dirname "$0")/.."
pot=$(mktemp); trap 'rm -f "$pot"' EXIT
.venv/bin/pybabel -q extract -F babel.cfg --no-location --sort-output --project="Practice Atlas" --msgid-bugs-address="see CONTRIBUTING.md" -o "$pot" .
for language in de it; do
  catalogue=mapapp/translations/$language/LC_MESSAGES/messages.po
  .venv/bin/pybabel -q update -i "$pot" -o "$catalogue" -l $language --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
done
.venv/bin/pybabel -q compile -d mapapp/translations
