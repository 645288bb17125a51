/** The forms of contributors: everything here makes faster what the form does without scripts. */
import { startAutosave } from "./contribute/autosave.js";
import { startPlace } from "./contribute/place.js";
import { startSimilar } from "./contribute/similar.js";
import { reveal, startTabs } from "./contribute/tabs.js";

const form = document.querySelector("[data-form]");
if (form) {
  form.classList.add("scripted");
  startTabs(form);
  startAutosave(form, document.querySelector("[data-saved]"));
  startSimilar(form);
  const place = form.querySelector("[data-place]");
  if (place) startPlace(place, form);
  // An error leads to its field, even if that lies in another tab or in a group that is closed.
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field || !form.contains(field) || link.hasAttribute("data-tab")) return;
    reveal(field);
    if (field.matches("input, select, textarea, fieldset")) {
      event.preventDefault();
      field.focus();
      field.scrollIntoView({ block: "center" });
    }
  });
  if (location.hash) {
    const field = document.getElementById(location.hash.slice(1));
    if (field && form.contains(field)) reveal(field);
  }
  document.querySelector("[data-focus]")?.focus();
}
