/** Explore: the page works without this; with it, list, counts, title, address and map change together. */
import { startCombobox } from "./explore/combobox.js";
import { startFacets } from "./explore/facets.js";
import { startLinks } from "./explore/links.js";
import { startMapSwitch } from "./explore/map-switch.js";
import { startResults } from "./explore/results.js";
import { searchOf } from "./explore/state.js";

const root = document.querySelector("[data-explore]");
const form = root.querySelector("#search");
const map = { current: null };

root.classList.add("scripted");
const results = startResults(root, map);
startFacets(root, form, results.ask);
startLinks(root, results.ask);

const input = form.querySelector("#q");
startCombobox(input, form.querySelector("#suggestions"), (address) => {
  const to = new URL(address, location.href);
  if (to.pathname === location.pathname) results.ask(searchOf(to.href), { focus: "#q", toTop: true });
  else location.assign(to.href);
});

const showMap = startMapSwitch(root, map, results);

window.addEventListener("popstate", () => {
  showMap();
  results.again();
  map.current?.followAddress();
});
