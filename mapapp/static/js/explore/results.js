/** List, counts, filters, title and markers of a search: asked for with one request and changed together. */
import { fetchFragment } from "./fragments.js";
import { patchChildren } from "./patch.js";
import { addressOf, carryQuery, searchOf, written } from "./state.js";

const OF_SEARCH = ["canonical", "alternate", "prev", "next"].map((kind) => `link[rel="${kind}"]`).join();
const SLOW_MS = 180; // quicker answers show no sign of waiting: it would only flicker

/**
 * Keep the results of `root` (the Explore page) in step with the address.
 *
 * `map` is a holder whose `current` is the map, if it is there; it says which view to ask markers for, and shows them.
 */
export function startResults(root, map) {
  const say = root.querySelector("[data-say]");
  const failure = root.querySelector("[data-failure]");
  let running = null;
  let failed = null;

  async function ask(search, { push = true, focus = null, toTop = false } = {}) {
    running?.abort();
    const mine = (running = new AbortController());
    const busy = setTimeout(() => root.setAttribute("aria-busy", "true"), SLOW_MS);
    const asked = new URLSearchParams(search);
    for (const [name, value] of map.current?.viewParameters(search) ?? []) asked.set(name, value);
    try {
      const answer = await fetchFragment(location.pathname + written(asked), "results", mine.signal);
      if (mine.signal.aborted) return;
      failure.hidden = true;
      show(answer, search, push);
      settle(focus, toTop);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!("status" in error)) throw error;
      failed = { search, push, focus, toTop };
      failure.hidden = false;
      say.textContent = failure.querySelector("p").textContent;
      root.querySelector("[data-results-scroll]").scrollTop = 0;
    } finally {
      clearTimeout(busy);
      if (running === mine) root.removeAttribute("aria-busy");
    }
  }

  function show(answer, search, push) {
    const address = addressOf(search);
    if (push && address !== location.pathname + location.search) history.pushState(null, "", address);
    carryQuery();
    for (const part of root.querySelectorAll("[data-part]")) {
      const wanted = answer.querySelector(`[data-part="${part.dataset.part}"]`);
      if (wanted) patchChildren(part, wanted);
    }
    document.title = answer.title || document.title;
    for (const link of document.head.querySelectorAll(OF_SEARCH)) link.remove();
    for (const link of answer.querySelectorAll(OF_SEARCH)) document.head.append(document.importNode(link, true));
    const line = root.querySelector("[data-total]");
    say.textContent = line?.textContent.replace(/\s+/g, " ").trim() ?? "";
    const markers = answer.querySelector("script[data-markers]");
    map.current?.showAnswer(search, markers ? JSON.parse(markers.textContent) : null);
    root.dispatchEvent(new CustomEvent("explore:results"));
  }

  function settle(focus, toTop) {
    if (toTop) {
      root.querySelector("[data-results-scroll]").scrollTop = 0;
      if (getComputedStyle(root).getPropertyValue("--layout").trim() === "narrow") {
        root.querySelector("#results").scrollIntoView({ block: "start" });
      }
    }
    const target = focus && root.querySelector(focus);
    if (target) target.focus({ preventScroll: true });
    else if (document.activeElement === document.body) root.querySelector("#results-line")?.focus({ preventScroll: true });
  }

  failure.querySelector("button").addEventListener("click", () => failed && ask(failed.search, failed));
  return { ask, again: (options) => ask(searchOf(location.href), { push: false, ...options }) };
}
