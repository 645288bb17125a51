/** A record's card beside its marker: drawn by the server, focus moves in, Esc gives it back. */
import { fetchFragment } from "../explore/fragments.js";
import { calm } from "./frame.js";
import L from "./leaflet.js";
import { PIN } from "./symbols.js";

const WIDTH = 320;

/** Fetch the card of a record: { element, at: [lat, lon] or null, kind, theme }. Throws like fetchFragment. */
export async function fetchCard(address, signal) {
  const answer = await fetchFragment(address, "card", signal);
  const found = answer.querySelector("[data-card]");
  const element = document.importNode(found, true);
  const place = (found.dataset.at ?? "").split(",").map(Number);
  const { kind, theme } = found.dataset;
  return { element, at: place.length === 2 && place.every(Number.isFinite) ? place : null, kind, theme };
}

/**
 * Show an element as the popup of a place. `returnTo()` gives the element that gets the focus back; `onClose` is told
 * when the popup has gone, however that came about.
 */
export function showPopup(map, at, element, { returnTo, onClose, raised = true, focus = true }) {
  const room = map.getSize().x - 48;
  const popup = L.popup({
    closeButton: false,
    autoPanPadding: [16, 64],
    autoPan: true,
    keepInView: false,
    maxWidth: Math.min(WIDTH, room),
    minWidth: Math.min(WIDTH, room),
    offset: [0, raised ? -PIN.foot + 8 : -6],
    className: calm.matches ? "calm" : "",
  })
    .setLatLng(at)
    .setContent(element);
  let givesFocusBack = false;
  const close = (giveBack) => {
    givesFocusBack = giveBack;
    map.closePopup(popup);
  };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault();
    close(true);
  });
  element.addEventListener("click", (event) => event.target.closest("[data-popup-close]") && close(true));
  popup.on("remove", () => {
    onClose();
    if (givesFocusBack) returnTo()?.focus({ preventScroll: true });
  });
  popup.openOn(map);
  if (focus) element.querySelector("a, button").focus({ preventScroll: true });
  return { close };
}
