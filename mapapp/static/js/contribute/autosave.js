/** Saves the form by itself while somebody writes: on the server, so that any device can go on. */
import { fetchFragment } from "../explore/fragments.js";
import { patchChildren } from "../explore/patch.js";

const QUIET_MS = 1500; // after the last key
const AT_MOST_MS = 12_000; // however long somebody writes without a pause
const AGAIN_MS = 8000; // after a failure
const PAGE = document.documentElement.lang;
const SPOKEN = PAGE === "en" ? "en-GB" : PAGE; // English here is British: 14:30, not 02:30 PM
const KEEPALIVE_BYTES = 60_000; // what browsers still send when a page goes away

function contentOf(form) {
  const content = new FormData(form);
  for (const [name, value] of [...content]) if (value instanceof File) content.delete(name);
  content.set("go", "autosave");
  return content;
}

// What is no writing of the author's changes nothing.
const OURS = new Set(["csrf", "key", "revision", "base_version", "go", "area", "add_language"]);
const fingerprint = (form) => JSON.stringify([...contentOf(form)].filter(([name]) => !OURS.has(name)));

/** Save `form` by itself where it says so, tell about it in `note`; hold back a second press while one is under way. */
export function startAutosave(form, note) {
  const may = form.hasAttribute("data-autosave");
  const liesOpen = form.hasAttribute("data-lies-open"); // the server has sent back what it could not save
  let saved = fingerprint(form);
  let running = null;
  let stopped = !may;
  let quiet = 0;
  let since = 0;
  let failed = false;
  let sending = false;

  const say = (words) => {
    note.textContent = words;
    note.classList.toggle("long", words.length > 40); // a sentence gets a line of its own
  };

  async function refresh() {
    try {
      const page = await fetchFragment(form.action, "form");
      for (const part of ["[data-steps]", "[data-review-state]"]) {
        const [old, wanted] = [document.querySelector(part), page.querySelector(part)];
        if (old && wanted) patchChildren(old, wanted);
      }
    } catch {
      // What is missing is said again when the form is sent.
    }
  }

  async function send(keepalive) {
    const state = fingerprint(form);
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: contentOf(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        keepalive,
      });
    } catch {
      failed = true;
      say(form.dataset.unsaved);
      schedule(AGAIN_MS);
      return;
    }
    const kind = answer.headers.get("Content-Type") ?? "";
    const content = kind.includes("json") ? await answer.json() : {};
    if (answer.ok && content.to) {
      failed = false;
      saved = state;
      form.elements.revision.value = content.revision;
      form.elements.language_was && (form.elements.language_was.value = form.elements.language.value);
      form.action = content.to;
      history.replaceState(null, "", content.to + location.hash);
      const time = new Date().toLocaleTimeString(SPOKEN, { hour: "2-digit", minute: "2-digit" });
      say(form.dataset.savedAt.replace("{time}", time));
      if (!keepalive) await refresh();
    } else if (answer.status >= 500 || answer.status === 429) {
      failed = true;
      say(form.dataset.unsaved);
      schedule(AGAIN_MS);
    } else {
      // Somebody else's revision, or a session that is over: only the author can say what is to become of it.
      stopped = true;
      failed = true;
      say(answer.status === 401 ? form.dataset.signedOut : `${content.title ?? ""}. ${content.detail ?? ""}`);
    }
  }

  async function save(keepalive = false) {
    clearTimeout(quiet);
    since = 0;
    if (stopped || sending || fingerprint(form) === saved) return;
    if (running) {
      schedule(QUIET_MS);
      return;
    }
    say(form.dataset.saving);
    running = send(keepalive);
    await running;
    running = null;
  }

  function schedule(wait = QUIET_MS) {
    if (stopped) return;
    clearTimeout(quiet);
    since ||= Date.now();
    quiet = setTimeout(() => save(), Math.max(0, Math.min(wait, since + AT_MOST_MS - Date.now())));
  }

  form.addEventListener("input", () => schedule());
  form.addEventListener("change", () => schedule());
  // Enter in one line saves; it does not send the whole form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox], [type=radio], [type=file])")) return;
    const chose = event.defaultPrevented; // an option of a list
    event.preventDefault();
    if (!chose) save();
  });
  document.addEventListener("visibilitychange", () => {
    const small = JSON.stringify([...contentOf(form)]).length < KEEPALIVE_BYTES;
    if (document.visibilityState === "hidden" && !running) save(small);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && (failed || !may) && (liesOpen || fingerprint(form) !== saved)) event.preventDefault();
  });
  window.addEventListener("online", () => save());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sending = false;
  });
  form.addEventListener("submit", async (event) => {
    if (sending) {
      event.preventDefault(); // a double click
      return;
    }
    if (running) {
      event.preventDefault();
      const { submitter } = event;
      await running;
      form.requestSubmit(submitter);
      return;
    }
    clearTimeout(quiet);
    sending = true;
  });
}
