/** The step "where": place and territory by name, the point on a map, where it lies. */
import { startCombobox } from "../explore/combobox.js";
import { fetchFragment } from "../explore/fragments.js";

const WAIT_MS = 350;
const NAMED = ["address", "municipality"]; // kinds that a place of the gazetteer fits

/** Wire the part of a form that says where something is. */
export function startPlace(part, form) {
  const point = part.querySelector("[data-coordinates]");
  const country = form.elements.country;
  const kinds = () => form.elements.location_kind;
  const said = part.querySelector("[data-around-said]");
  let picker = null;
  let timer = 0;
  let running = null;

  const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

  async function lookAround() {
    running?.abort();
    const mine = (running = new AbortController());
    const query = new URLSearchParams({ at: point.value, country: country.value, kind: kinds().value });
    try {
      const answer = await fetchFragment(`${part.dataset.around}?${query}`, "around", mine.signal);
      const found = answer.querySelector("[data-around-said]");
      said.replaceChildren(...[...found.childNodes].map((node) => document.importNode(node, true)));
      if (found.dataset.point) picker?.show(found.dataset.point.split(",").map(Number), kinds().value);
      if (found.dataset.country && !country.value) {
        country.value = found.dataset.country;
        changed(country);
      }
    } catch (error) {
      // The same is said when the form is saved.
      if (error.name !== "AbortError") said.replaceChildren();
    }
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(lookAround, WAIT_MS);
  };

  function setPoint(text) {
    point.value = text;
    changed(point);
    later();
  }

  function setKind(kind) {
    kinds().value = kind;
    changed(part.querySelector("[name=location_kind]"));
  }

  function cover(code, words) {
    const list = part.querySelector("[data-territories]");
    const there = list?.querySelector(`[value="${CSS.escape(code)}"]`);
    if (there) there.checked = true;
    if (!list || there) return;
    const choice = document.importNode(part.querySelector("template[data-territory]").content, true);
    choice.querySelector("input").value = code;
    choice.querySelector("[data-words]").textContent = words;
    list.append(choice);
    changed(list.lastElementChild.querySelector("input"));
  }

  function takePlace(option) {
    const { value, words, kind } = option.dataset;
    const [source, key] = value.split(":");
    form.elements.place_name.value = words;
    form.elements.place_id.value = source === "place" ? key : "";
    country.value = option.dataset.country;
    if (source === "nuts" || !NAMED.includes(kinds().value)) setKind(kind);
    if (kind === "region") cover(key, option.textContent.trim());
    setPoint(option.dataset.point);
  }

  const name = part.querySelector("[data-place-name]");
  startCombobox(name, document.getElementById("place-list"), (_address, option) => takePlace(option), {
    keeps: true,
    addressOf: (input, typed) =>
      `${input.dataset.suggest}?${new URLSearchParams({ q: typed, near: point.value, country: country.value })}`,
  });
  // A name that is typed on is no longer that of the place that was chosen.
  name.addEventListener("input", (event) => {
    if (event.isTrusted) form.elements.place_id.value = "";
  });
  const area = part.querySelector("[data-area]");
  if (area) {
    startCombobox(area, document.getElementById("area-list"), (_address, option) =>
      cover(option.dataset.value.split(":")[1], option.textContent.trim()),
    );
  }

  point.addEventListener("input", later);
  country.addEventListener("change", later);
  part.addEventListener("change", (event) => event.target.name === "location_kind" && later());

  const frame = part.querySelector("[data-picker]");
  frame.hidden = false;
  const canvas = frame.querySelector("[data-picker-map]");
  const seen = new IntersectionObserver(
    async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      try {
        const { startPicker } = await import("./place-map.js");
        picker = startPicker(frame, (at) => setPoint(at.map((degrees) => +degrees.toFixed(5)).join(", ")));
        if (point.value) lookAround();
      } catch {
        const note = document.createElement("p");
        note.className = "map-note";
        note.textContent = canvas.dataset.trouble;
        canvas.replaceWith(note);
      }
    },
    { rootMargin: "300px" },
  );
  seen.observe(canvas);
}
