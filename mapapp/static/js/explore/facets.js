/** Filters: choosing one asks at once; long lists can be searched; panels close and give the focus back. */

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Return what the form asks, without what was left empty; a new search starts on its first page. */
export function readForm(form) {
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim()) search.append(name, value.trim());
  }
  return search;
}

function narrowOptions(field) {
  const group = field.closest("[data-facet]");
  const wanted = folded(field.value.trim());
  let shown = 0;
  for (const option of group.querySelectorAll("[data-value]")) {
    option.hidden = wanted !== "" && !folded(option.querySelector(".name").textContent).includes(wanted);
    if (!option.hidden) shown += 1;
  }
  // While searching, the part behind "more" is searched too.
  const more = group.querySelector(".facet-more");
  if (more && wanted !== "") more.open = true;
  const none = group.querySelector("[data-none-found]");
  if (none) none.hidden = shown > 0;
}

/** Wire the filters of a form; `ask(search)` is called with each new search. */
export function startFacets(root, form, ask) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const open of form.querySelectorAll("details.chip-menu[open]")) open.open = false;
    ask(readForm(form), { toTop: true });
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-facet-search], [role=combobox]")) return;
    ask(readForm(form));
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-facet-search]")) narrowOptions(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-facet-search]")) return;
    event.preventDefault();
  });
  form.addEventListener("click", (event) => {
    const done = event.target.closest("[data-close]");
    if (!done) return;
    const menu = done.closest("details");
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  // A new drawing of the options comes unfiltered; what was typed still counts.
  root.addEventListener("explore:results", () => {
    for (const field of form.querySelectorAll("[data-facet-search]")) if (field.value) narrowOptions(field);
  });
}
