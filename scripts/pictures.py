"""Takes the pictures of the documentation from a running site: `make pictures` beside `make run`."""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# name, address, width, height, colour scheme
PICTURES = (
    ("explore-1440", "/en/?theme=housing", 1440, 900, "light"),
    ("explore-dark-1440", "/de/", 1440, 900, "dark"),
    ("explore-390", "/de/?theme=language", 390, 844, "light"),
    ("practice-1440", "/en/practices/imst-abc-cafe", 1440, 900, "light"),
    ("insights-1440", "/en/insights", 1440, 900, "light"),
    ("poster-1440", "/en/poster?theme=housing", 1440, 1100, "light"),
    ("embed-720", "/en/embed?theme=housing", 720, 520, "light"),
    ("map-in-a-file-1440", "/practices.map.html?theme=housing&lang=en", 1440, 900, "light"),
)


def main(site: str) -> None:
    """Write each picture as a PNG below docs/pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        for name, address, width, height, scheme in PICTURES:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            if ".map.html" in address:  # a file to take away: a browser would save it instead of showing it
                page.set_content(page.request.get(site + address, timeout=120_000).text())
            else:
                page.goto(site + address, wait_until="networkidle")
            page.wait_for_timeout(1500)  # the map draws its tiles after the last byte has come
            page.screenshot(path=str(FOLDER / f"{name}.png"))
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
