/** Cards and markers know each other: what is pointed at in one place stands out in the other. */
import L from "./leaflet.js";
import { PIN, pin } from "./symbols.js";

const REACH = 60; // pixels: a ring as near as this stands for the record

function ghostPin(map, at, theme, kind) {
  const icon = L.divIcon({
    html: pin(theme || null, kind),
    className: "marker-ghost",
    iconSize: [PIN.width, PIN.height],
    iconAnchor: [PIN.width / 2, PIN.foot],
  });
  const ghost = L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: 2500 }).addTo(map);
  ghost.getElement().setAttribute("aria-hidden", "true");
  return ghost;
}

/** Wire the cards in `root` and the markers of `map`. */
export function startLifting(root, map, markers) {
  let ghost = null;
  let chosen = null; // { slug, at, kind, theme }
  let stand = null; // the pin of a chosen record that has no marker of its own
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
      ghost = ghostPin(map, at, item.dataset.theme, item.dataset.kind);
    }
  }

  function mark() {
    for (const card of root.querySelectorAll(".card.selected")) card.classList.remove("selected");
    for (const element of map.getContainer().querySelectorAll(".chosen")) element.classList.remove("chosen");
    stand?.remove();
    stand = null;
    if (!chosen) return;
    cardOf(chosen.slug)?.classList.add("selected");
    const element =
      markers.find(chosen.slug)?.getElement() ??
      map.getContainer().querySelector(`.fanned[data-slug="${CSS.escape(chosen.slug)}"]`);
    if (element) element.classList.add("chosen");
    else stand = ghostPin(map, chosen.at, chosen.theme, chosen.kind);
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
    /** Mark a record ({ slug, at, kind, theme }) as chosen; null for none. */
    choose(record) {
      chosen = record;
      mark();
      const card = cardOf(record?.slug);
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
