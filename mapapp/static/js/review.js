/** The pages of review: keys for those who do this all day, and maps of places that move. */

const OFF = "review-shortcuts-off"; // kept in the browser of those who switch them off

/** Maps are drawn when they come into sight; the words above them say the same. */
const waiting = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      waiting.unobserve(target);
      import("./map/moved.js")
        .then(({ startMovedMap }) => startMovedMap(target))
        .catch(() => (target.parentElement.hidden = true));
    }
  },
  { rootMargin: "200px" },
);
for (const canvas of document.querySelectorAll("[data-moved-map]")) waiting.observe(canvas);

const list = document.querySelector("[data-shortcuts]");
const button = document.querySelector("[data-shortcuts-switch]");

function on() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

function showSwitch() {
  button.setAttribute("aria-pressed", String(on()));
}

/** Move the focus along the entries of the queue, or along the changes of a proposal. */
function step(by) {
  const stops = [...document.querySelectorAll("[data-queue] h2 a, [data-changes] > .change")];
  if (!stops.length) return;
  const now = stops.findIndex((one) => one === document.activeElement || one.contains(document.activeElement));
  const next = now < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(Math.max(now + by, 0), stops.length - 1);
  stops[next].focus();
  stops[next].scrollIntoView({ block: "nearest" });
}

function speak(key) {
  const details = document.querySelector(`[data-speak="${key}"]`);
  if (!details) return;
  details.open = true;
  details.querySelector("textarea").focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  // A decision is never one key away: the button is focused, Enter presses it.
  a: () => document.querySelector("[data-key=a]")?.focus(),
  r: () => speak("r"),
  q: () => speak("q"),
  n: () => document.querySelector("[data-key=n]")?.click(),
  u: () => document.querySelector(".breadcrumb a")?.click(),
  "?": () => {
    list.open = !list.open;
    list.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (!list || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !on()) return;
  if (event.target.closest("input, textarea, select, [contenteditable], .map-canvas")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
  if (!act) return;
  event.preventDefault();
  act();
});

if (list) {
  list.hidden = false;
  showSwitch();
  button.addEventListener("click", () => {
    try {
      if (on()) localStorage.setItem(OFF, "1");
      else localStorage.removeItem(OFF);
    } catch {
      // Storage is shut: they stay on.
    }
    showSwitch();
  });
}
