"""What the browser has to do: `python -m tests.bench.browser http://127.0.0.1:8000` measures a running site.

A clock on a shared machine tells of its neighbours too: the main thread's own time and the load stand beside it.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

SCREENS: dict[str, tuple[ViewportSize, bool]] = {  # and whether it is a phone
    "390": ({"width": 390, "height": 844}, True),
    "1440": ({"width": 1440, "height": 900}, False),
}
SLOWER = 4  # the processor of the goal: so many times slower than this one
# Long tasks, and when the form, the list and the links answer to the script; told from before the page's first script.
WATCH = """() => {
  window.told = { long: [], scripted: 0 };
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) told.long.push([one.startTime, one.duration]);
  }).observe({ type: "longtask", buffered: true });
  const look = () =>
    document.querySelector(".explore.scripted") ? (told.scripted = performance.now()) : requestAnimationFrame(look);
  look();
}"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
FRAMES = """() => {
  window.apart = [];
  const next = (last) => requestAnimationFrame((now) => { apart.push(now - last); next(now); });
  requestAnimationFrame(next);
}"""


@contextmanager
def _page(browser: Browser, screen: str) -> Iterator[tuple[Page, CDPSession]]:
    size, phone = SCREENS[screen]
    context = browser.new_context(viewport=size, is_mobile=phone, has_touch=phone, device_scale_factor=1)
    page = context.new_page()
    yield page, context.new_cdp_session(page)
    context.close()


def _spent(session: CDPSession) -> dict[str, float]:
    """Return what the main thread has done so far, in milliseconds by kind of work."""
    found = {one["name"]: one["value"] * 1000 for one in session.send("Performance.getMetrics")["metrics"]}
    layout = found["RecalcStyleDuration"] + found["LayoutDuration"]
    return {"all": found["TaskDuration"], "script": found["ScriptDuration"], "style and layout": layout}


def first_visit(browser: Browser, base: str, screen: str, slower: int) -> dict[str, float]:
    """Open Explore with nothing kept; wait until nothing more happens."""
    with _page(browser, screen) as (page, session):
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        session.send("Network.enable")
        session.send("Performance.enable")
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(f"({WATCH})()")
        page.goto(f"{base}/de/", wait_until="load")
        if not SCREENS[screen][1]:  # a phone shows the list first
            page.wait_for_selector(".leaflet-marker-icon", timeout=60_000)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2_500)
        told: dict[str, Any] = page.evaluate("told")
        painted: float = page.evaluate(PAINTED)
        later = [took for start, took in told["long"] if start + took > painted]
        return {
            "requests": len(sizes),
            "KB": sum(sizes) / 1024,
            "first paint": painted,
            "list interactive": told["scripted"],
            "last long task ends": max((start + took for start, took in told["long"]), default=painted),
            "blocked after first paint": sum(max(0, took - 50) for took in later),
            "longest task": max((took for _, took in told["long"]), default=0),
        } | {f"main thread, {kind}": took for kind, took in _spent(session).items()}


# One move of the mouse a frame, made in the page: moves sent from outside would take the second core for themselves.
DRAG = """async () => {
  const mouse = (type, x, y) => new MouseEvent(type, { clientX: x, clientY: y, button: 0, buttons: 1, bubbles: true });
  for (const [across, down] of [[-5, 1], [-5, -2], [4, 2], [6, -1]]) {
    let [x, y] = [across < 0 ? 1200 : 700, 450];
    document.querySelector("[data-map]").dispatchEvent(mouse("mousedown", x, y));
    for (let turn = 0; turn < 90; turn += 1, await new Promise(requestAnimationFrame))
      document.dispatchEvent(mouse("mousemove", (x += across), (y += down)));
    document.dispatchEvent(mouse("mouseup", x, y));
  }
}"""


def _pan(page: Page) -> None:
    page.evaluate(DRAG)


def _zoom(page: Page) -> None:
    page.mouse.move(900, 450)
    for step in (-240, -240, -240, 240, 240, 240):
        page.mouse.wheel(0, step)
        page.wait_for_timeout(700)


def frames(browser: Browser, base: str, move: Callable[[Page], None], at: str) -> dict[str, float]:
    """Move the map and count frames; `at` is the view to begin with."""
    with _page(browser, "1440") as (page, session):
        page.goto(f"{base}/de/?at={at}", wait_until="networkidle")
        page.wait_for_timeout(2_500)
        session.send("Performance.enable")
        page.evaluate(f"({WATCH})()")
        before, start = _spent(session), page.evaluate("performance.now()")
        page.evaluate(FRAMES)
        move(page)
        apart: list[float] = page.evaluate("apart")
        after = _spent(session)
        took = [one for begun, one in page.evaluate("told.long") if begun >= start]
        return {
            "frames a second": 1000 * len(apart) / sum(apart),
            "frames later than 25 ms, %": 100 * sum(one > 25 for one in apart) / len(apart),
            "tasks over 50 ms": len(took),
            "longest task": max(took, default=0),
            "markers": page.evaluate("document.querySelectorAll('.leaflet-marker-icon').length"),
        } | {f"main thread, {kind}, ms a frame": (after[kind] - before[kind]) / len(apart) for kind in before}


def _say(title: str, run: Callable[[], dict[str, float]], times: int) -> None:
    before = os.getloadavg()[0]
    rows = [run() for _ in range(times)]
    print(f"\n{title} (load {before:.1f} before, {os.getloadavg()[0]:.1f} after)", flush=True)
    for name in rows[0]:
        values = sorted(row[name] for row in rows)
        print(f"  {name:42} {statistics.median(values):8.1f}   ({values[0]:.1f} to {values[-1]:.1f})", flush=True)


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.browser", description=__doc__)
    parser.add_argument("base", help="address of a running site, as http://127.0.0.1:8000")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", choices=("visit", "frames"))
    chosen = parser.parse_args()
    base = chosen.base.rstrip("/")
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for screen in SCREENS if chosen.only != "frames" else ():
            for slower in (1, SLOWER):
                visit = partial(first_visit, browser, base, screen, slower)
                _say(f"first visit, {screen} px, processor {slower}x slower", visit, chosen.times)
        for move, at in ((_pan, "6/50/10"), (_zoom, "5/50/10")) if chosen.only != "visit" else ():
            _say(f"moving the map: {move.__name__[1:]}", partial(frames, browser, base, move, at), chosen.times)
        browser.close()


if __name__ == "__main__":
    main()
