/** When the map is there: at once beside the list where there is room, on a narrow screen when it is asked for. */
import { look, looked, searchOf } from "./state.js";

const LONGEST_WAIT = 1000; // ms after the first paint, while the page still has other work

/** Settles when the page has been painted and rests: what can be read and used at once comes before the map. */
function pageRests() {
  return new Promise((resolve) => {
    const idle = window.requestIdleCallback ?? setTimeout; // Safari has no idle callback yet
    requestAnimationFrame(() => setTimeout(() => idle(resolve, { timeout: LONGEST_WAIT })));
  });
}

const pause = () => new Promise((resolve) => setTimeout(resolve));

/** Wire the switch; returns a function that makes list or map visible as the address says. */
export function startMapSwitch(root, map, results) {
  const wide = matchMedia("(min-width: 64rem)");
  const say = root.querySelector("[data-say]");
  let loading = null;

  async function load(asked) {
    if (!asked) await pageRests();
    const { startMap } = await import("../explore-map.js");
    await pause(); // reading the libraries and building the map are two tasks, with room for a key press between them
    map.current = startMap(root, {
      search: () => searchOf(location.href),
      understood: () => new URLSearchParams(root.querySelector("[data-query]").dataset.query),
      ask: results.ask,
    });
  }

  function apply() {
    const asked = looked("show") === "map";
    root.classList.toggle("show-map", asked);
    for (const link of root.querySelectorAll("[data-show]")) {
      if ((link.dataset.show === "map") === asked) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (wide.matches || asked) {
      loading ??= load(asked).catch(() => {
        loading = null;
        say.textContent = root.querySelector("[data-map-failure]").textContent;
        root.querySelector("[data-map-failure]").hidden = false;
      });
      map.current?.resized();
    }
  }

  async function show(what) {
    look({ show: what === "map" ? "map" : null }, true);
    apply();
    await loading;
    if (!wide.matches) scrollTo(0, 0);
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-show]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link.dataset.show);
  });
  root.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-locate]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (!wide.matches) await show("map");
    else await loading;
    map.current?.open(link.dataset.locate, { from: link });
  });
  wide.addEventListener("change", apply);
  apply();
  return apply;
}
