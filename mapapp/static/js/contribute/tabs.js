/** Texts by language as tabs: the lists of all steps show the same language. */

let choose = () => {};

/** Show what an element stands in: its language's tab, and groups that are closed. */
export function reveal(element) {
  const panel = element.closest("[data-panel]");
  if (panel) choose(panel.dataset.panel);
  for (let group = element.closest("details"); group; group = group.parentElement.closest("details")) group.open = true;
}

/** Make tabs of the lists in a form. */
export function startTabs(form) {
  const lists = [...form.querySelectorAll("[data-tab-list]")];
  const panels = [...form.querySelectorAll("[data-panel]")];
  if (!lists.length) return;

  choose = (language, focusIn = null) => {
    for (const panel of panels) panel.hidden = panel.dataset.panel !== language;
    for (const list of lists) {
      for (const tab of list.querySelectorAll("[data-tab]")) {
        const chosen = tab.dataset.tab === language;
        tab.setAttribute("aria-selected", String(chosen));
        tab.tabIndex = chosen ? 0 : -1;
        if (chosen && list === focusIn) tab.focus();
      }
    }
  };

  for (const list of lists) {
    list.setAttribute("role", "tablist");
    const tabs = [...list.querySelectorAll("[data-tab]")];
    for (const tab of tabs) {
      const panel = document.getElementById(tab.hash.slice(1));
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
      tab.id = `tab-${panel.id}`;
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
    }
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-tab]");
      if (!tab) return;
      event.preventDefault();
      choose(tab.dataset.tab, list);
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(event.target.closest("[data-tab]"));
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1, " ": at }[event.key];
      if (at < 0 || to === undefined) return;
      event.preventDefault();
      choose(tabs[(to + tabs.length) % tabs.length].dataset.tab, list);
    });
  }
  const linked = location.hash.match(/^#(?:text|more)-([a-z-]+)$/i)?.[1];
  const known = panels.some((panel) => panel.dataset.panel === linked);
  const wrong = form.querySelector("[data-panel] [aria-invalid=true]")?.closest("[data-panel]");
  choose(known ? linked : (wrong ?? panels[0]).dataset.panel);
}
