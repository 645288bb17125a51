/** Suggestions under the search box: an ARIA 1.2 combobox over options that the server writes. */
import Combobox from "@github/combobox-nav";
import { fetchFragment } from "./fragments.js";

const WAIT_MS = 140;
const SHORTEST = 2;

const plainAddress = (input, typed) => `${input.dataset.suggest}?q=${encodeURIComponent(typed)}`;

/**
 * Wire the box; `choose(address, option)` is called with the address behind a chosen suggestion, and its element.
 * `addressOf(input, typed)` is where suggestions come from; with `keeps` the box keeps what was typed.
 */
export function startCombobox(input, list, choose, { addressOf = plainAddress, keeps = false } = {}) {
  const box = new Combobox(input, list, { tabInsertsSuggestions: false });
  const status = list.parentElement.querySelector("[data-suggest-status]");
  const kept = new Map();
  let running = null;
  let timer = 0;
  let open = false;

  function close() {
    running?.abort();
    clearTimeout(timer);
    if (!open) return;
    open = false;
    list.hidden = true;
    box.stop();
  }

  function show(answer) {
    const groups = answer.querySelector("[data-suggestions]");
    const options = groups?.querySelectorAll("[role=option]") ?? [];
    list.replaceChildren(...[...(groups?.childNodes ?? [])].map((node) => document.importNode(node, true)));
    status.textContent = groups?.dataset.say ?? "";
    if (!options.length) return close();
    list.hidden = false;
    if (!open) box.start();
    open = true;
    box.resetSelection();
  }

  async function suggest() {
    const typed = input.value.trim();
    running?.abort();
    if (typed.length < SHORTEST) return close();
    const address = addressOf(input, typed);
    const mine = (running = new AbortController());
    try {
      const answer = kept.get(address) ?? (await fetchFragment(address, "suggestions", mine.signal));
      kept.set(address, answer);
      if (!mine.signal.aborted && document.activeElement === input) show(answer);
    } catch (error) {
      // Suggestions are a courtesy: without them the search still works.
      if (error.name !== "AbortError") close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "ArrowDown" && !open) {
      event.preventDefault();
      suggest();
    } else if (event.key === "Enter" && !input.getAttribute("aria-activedescendant")) {
      close();
    }
  });
  input.addEventListener("blur", () => setTimeout(() => document.activeElement !== input && close(), 150));
  // A press on an option must not take the focus away before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("combobox-commit", (event) => {
    const option = event.target;
    close();
    if (!keeps) input.value = "";
    choose(option.dataset.address, option);
  });
  return { close };
}
