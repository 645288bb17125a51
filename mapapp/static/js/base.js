/** Small manners of every page: menus close with Esc, by a click elsewhere, and when another one opens. */

const MENUS = "details.menu, details.site-menu, details.chip-menu";

function close(menu, returnFocus) {
  menu.open = false;
  if (returnFocus) menu.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target instanceof Element ? event.target.closest(MENUS) : null;
  if (menu?.open) {
    close(menu, true);
    event.preventDefault();
  }
});

document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (menu.open && !menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll(MENUS)) {
    if (menu.open && !menu.contains(event.target)) close(menu, false);
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
