/** Links that stay on Explore (chips, sort, pages, rescue links) change the results in place. */
import { searchOf } from "./state.js";

const plainClick = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

/** Where the focus goes when the pressed link is no longer there. */
const NEXT_FOCUS = { chip: "#chips a", clear: "#q", page: "#results-line", sort: "#sort > summary", rescue: "#results-line" };

/** Wire the links inside `root`; `ask(search, options)` fetches the results. */
export function startLinks(root, ask) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-ask]");
    if (!link || !plainClick(event)) return;
    event.preventDefault();
    const kind = link.dataset.ask;
    const menu = link.closest("details.menu");
    if (menu) menu.open = false;
    ask(searchOf(link.href), { focus: NEXT_FOCUS[kind], toTop: kind === "page" || kind === "sort" });
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-link]");
    if (button) copyAddress(root, button);
  });
}

async function copyAddress(root, button) {
  const field = button.parentElement.querySelector("input");
  field.value = location.href;
  field.select();
  try {
    await navigator.clipboard.writeText(location.href);
    root.querySelector("[data-say]").textContent = button.dataset.done;
    button.querySelector("[data-words]").textContent = button.dataset.done;
  } catch {
    // Not allowed here: the address is selected, ready to be copied by hand.
  }
}
