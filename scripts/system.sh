#!/usr/bin/env bash
# Installs the Debian packages a make target needs, if they are missing; without root it prints the one line to run.
set -eu

missing=()
case "${1:-}" in
  python)
    python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || missing+=(python3 python3-venv) ;;
  node)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm) ;;
  database)
    found=""
    for control in /usr/share/postgresql/*/extension/postgis.control; do
      version=$(basename "$(dirname "$(dirname "$control")")")
      [ -x "/usr/lib/postgresql/$version/bin/initdb" ] && found=yes
    done
    # A server of the operator's own needs nothing here.
    [ -n "$found" ] || [ -n "${DATABASE_URL:-}" ] || missing+=(postgresql-15 postgresql-15-postgis-3) ;;
  names)
    [ -e /usr/share/locale/de/LC_MESSAGES/geonames.mo ] || missing+=(libgeonames-common) ;;
  browser)
    # The engine without the windows around it: those cost more than the pages that are tested.
    command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
    # What the driver of the browser is linked to, and what an example on the data page calls.
    compgen -G '/usr/lib/*/libatomic.so.1' >/dev/null || missing+=(libatomic1)
    command -v curl >/dev/null || missing+=(curl) ;;
  clients)
    # Programs that read what the site offers; tests that need one say that they are skipped where it is missing.
    command -v ogr2ogr >/dev/null || missing+=(gdal-bin)
    /usr/bin/python3 -c 'import qgis.core' 2>/dev/null || missing+=(python3-qgis)
    [ -d /usr/lib/R/site-library/sf ] || missing+=(r-cran-sf) ;;
  peers)
    # Only measured beside this API (tests/bench/peers.md).
    [ -x /usr/lib/cgi-bin/mapserv ] || missing+=(cgi-mapserver) ;;
  *)
    echo "usage: scripts/system.sh python|node|database|names|browser|clients|peers" >&2; exit 2 ;;
esac
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then become=(); elif sudo -n true 2>/dev/null; then become=(sudo); else
  echo "Needed and not installed: ${missing[*]}. Run this once, then try again:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
log=$(mktemp); trap 'rm -f "$log"' EXIT
echo "Installing from Debian: ${missing[*]}"
if [ "$1" = database ]; then
  # We start a private server of our own; Debian need not make and start another one.
  "${become[@]}" mkdir -p /etc/postgresql-common/createcluster.d
  echo "create_main_cluster = false" | "${become[@]}" tee /etc/postgresql-common/createcluster.d/practice-atlas.conf >/dev/null
fi
"${become[@]}" apt-get update -qq
"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>"$log" || { cat "$log" >&2; exit 1; }
