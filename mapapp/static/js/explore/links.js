/** Links that stay on Explore (chips, sort, pages, rescue links) change the results in place. */
import { looked, searchOf, written } from "./state.js";

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
    if (button) copy(root, button);
  });
  // Of how the page is looked at the server knows nothing; a `toggle` does not bubble.
  root.addEventListener("toggle", (event) => event.target.id === "link" && bringUpToDate(event.target), true);
  document.addEventListener("address", () => root.querySelectorAll("#link[open]").forEach(bringUpToDate));
}

/** Write into the panel the address of the page as it is now, and the layers that are on into the code of a frame. */
function bringUpToDate(panel) {
  panel.querySelector("input").value = location.href;
  const code = panel.querySelector("textarea");
  code.value = code.value.replace(/ src="([^"]*)"/, (_whole, address) => {
    const { origin, pathname } = new URL(address);
    const params = searchOf(address);
    if (looked("layers")) params.set("layers", looked("layers"));
    return ` src="${origin}${pathname}${written(params)}"`;
  });
}

async function copy(root, button) {
  bringUpToDate(button.closest("details"));
  const field = root.querySelector(button.dataset.copyLink);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    root.querySelector("[data-say]").textContent = button.dataset.done;
    button.querySelector("[data-words]").textContent = button.dataset.done;
  } catch {
    // Not allowed here: the text is selected, ready to be copied by hand.
  }
}
