"""Draws the PNG icons of the site from its mark; run by hand when the mark changes: python scripts/draw_icons.py."""

from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).parent.parent / "mapapp" / "static" / "icons"
PETROL, RED, WHITE = "#0b5c66", "#b4492f", "#ffffff"
CORAL = "#f0916f"  # the dot on petrol


def mark(line: str, dot: str, inside: str) -> str:
    """Return the mark on a 32 × 32 field: a circle, a horizon, a sun or a place."""
    return (
        f'<circle cx="16" cy="16" r="14.5" fill="{inside}" stroke="{line}" stroke-width="2.6"/>'
        f'<path d="M2.5 18.5c4.2-4 8-4 11.8-1.2s8.7 3.8 15.2-2.6" fill="none" stroke="{line}" stroke-width="2.6" '
        f'stroke-linecap="round"/><circle cx="19.8" cy="9.8" r="3.2" fill="{dot}"/>'
    )


def square(size: int, share: float, background: str | None, drawing: str) -> str:
    """Return an SVG of size × size pixels with the mark taking `share` of its width."""
    edge = 32 / share
    offset = (edge - 32) / 2
    field = f'<rect width="{edge}" height="{edge}" fill="{background}"/>' if background else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 {edge} {edge}">'
        f'{field}<g transform="translate({offset} {offset})">{drawing}</g></svg>'
    )


def share_picture() -> str:
    """Return the picture that social networks show for a link: 1200 × 630 pixels, no words to translate."""
    places = [
        (742, 250, "#8d6614"),
        (858, 352, "#6445a0"),
        (980, 226, "#0c7a43"),
        (1040, 430, "#bb4655"),
        (800, 470, "#035b7c"),
    ]
    pins = "".join(
        f'<g transform="translate({x} {y})"><path d="M0 0c-26-34-40-52-40-74a40 40 0 1 1 80 0c0 22-14 40-40 74z" '
        f'fill="{colour}" stroke="#fff" stroke-width="5"/><circle cy="-74" r="14" fill="#fff"/></g>'
        for x, y, colour in places
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630">'
        '<rect width="1200" height="630" fill="#f6f4ee"/>'
        '<path d="M1200 0H520c60 90-20 150 40 240s140 60 130 170-90 130-60 220H1200z" fill="#d6e4ec"/>'
        f'{pins}<g transform="translate(110 165) scale(9.4)">{mark(PETROL, RED, WHITE)}</g></svg>'
    )


def main() -> None:
    """Write every PNG beside the SVG icons."""
    plain, turned = mark(PETROL, RED, WHITE), mark(WHITE, CORAL, PETROL)
    drawings = {
        "favicon-32.png": square(32, 1.0, None, plain),
        "icon-192.png": square(192, 0.92, None, plain),
        "icon-512.png": square(512, 0.92, None, plain),
        "maskable-512.png": square(512, 0.58, PETROL, turned),
        "apple-touch-icon.png": square(180, 0.68, PETROL, turned),
        "share.png": share_picture(),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        page = browser.new_page()
        for name, drawing in drawings.items():
            page.set_content(f"<style>body{{margin:0;background:transparent}}svg{{display:block}}</style>{drawing}")
            page.locator("svg").screenshot(path=ICONS / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
