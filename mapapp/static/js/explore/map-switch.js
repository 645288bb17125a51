/** When the map is there: at once beside the list where there is room, on a narrow screen when it is asked for. */
import { look, looked, searchOf } from "./state.js";

/** Wire the switch; returns a function that makes list or map visible as the address says. */
export function startMapSwitch(root, map, results) {
  const wide = matchMedia("(min-width: 64rem)");
  const say = root.querySelector("[data-say]");
  let loading = null;

  async function load() {
    const { startMap } = await import("../explore-map.js");
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
      loading ??= load().catch(() => {
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
