/** Cards and markers know each other: what is pointed at in one place stands out in the other. */
import L from "./leaflet.js";
import { PIN, pin } from "./symbols.js";

const REACH = 60; // pixels: a ring as near as this stands for the record

/** Wire the cards in `root` and the markers of `map`. */
export function startLifting(root, map, markers) {
  let ghost = null;
  let chosen = null;
  let lifted = null; // the element of a marker

  const cardOf = (slug) => slug && root.querySelector(`[data-record="${CSS.escape(slug)}"] .card`);

  function lower() {
    ghost?.remove();
    ghost = null;
    lifted?.classList.remove("lifted");
    lifted = null;
  }

  function lift(item) {
    lower();
    const at = (item.dataset.at ?? "").split(",").map(Number);
    const marker = markers.find(item.dataset.record) ?? (at.length === 2 ? markers.ringNear(at, REACH) : null);
    lifted = marker?.getElement() ?? null;
    lifted?.classList.add("lifted");
    // Inside a ring a record has no marker of its own: show for a moment exactly where it is.
    if (at.length === 2 && marker?.one.slug !== item.dataset.record) {
      const drawing = pin(item.dataset.theme || null, item.dataset.kind);
      ghost = L.marker(at, {
        icon: L.divIcon({ html: drawing, className: "marker-ghost", iconSize: [PIN.width, PIN.height], iconAnchor: [PIN.width / 2, PIN.foot] }),
        interactive: false,
        keyboard: false,
        zIndexOffset: 2500,
      }).addTo(map);
      ghost.getElement().setAttribute("aria-hidden", "true");
    }
  }

  function mark() {
    for (const card of root.querySelectorAll(".card.selected")) card.classList.remove("selected");
    cardOf(chosen)?.classList.add("selected");
    for (const element of map.getContainer().querySelectorAll(".chosen")) element.classList.remove("chosen");
    if (chosen) markers.find(chosen)?.getElement().classList.add("chosen");
  }

  const item = (event) => event.target.closest?.("[data-record]");
  root.addEventListener("pointerover", (event) => {
    const found = item(event);
    if (found && event.pointerType !== "touch") lift(found);
  });
  root.addEventListener("pointerout", (event) => {
    if (item(event) && item(event) !== event.relatedTarget?.closest?.("[data-record]")) lower();
  });
  root.addEventListener("focusin", (event) => (item(event) ? lift(item(event)) : undefined));
  root.addEventListener("focusout", (event) => item(event) && lower());

  function point(event, on) {
    const slug = event.target.closest?.(".marker-pin")?.dataset.slug;
    if (slug) cardOf(slug)?.classList.toggle("lifted", on);
  }
  const pane = map.getPane("markerPane");
  for (const [type, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
    pane.addEventListener(type, (event) => point(event, on));
  }

  return {
    /** Mark a record as chosen; null for none. */
    choose(slug) {
      chosen = slug;
      mark();
      const card = cardOf(slug);
      if (card && getComputedStyle(root).getPropertyValue("--layout").trim() === "wide") {
        card.scrollIntoView({ block: "nearest" });
      }
    },
    /** Mark again after list or markers were drawn anew. */
    again() {
      lower();
      mark();
    },
  };
}
