/** Photos in the form of a practice: sent as soon as they are chosen. Without this they go with the form itself. */
import { FetchFailure, fragmentOf } from "./explore/fragments.js";

/** Send one photo; returns the document with its part of the form. Throws an Error with words for the person. */
async function send(part, form, file) {
  const body = new FormData();
  // The names of what is there say which number is free and in which languages the photo is described.
  for (const [name, value] of new FormData(form)) {
    if (/^(photos-\d+-id|texts-\d+-language)$/.test(name)) body.append(name, value);
  }
  body.append("new_photos", file);
  let response;
  try {
    response = await fetch(part.dataset.send, {
      method: "POST",
      body,
      headers: { "X-CSRF-Token": part.dataset.csrf, Accept: "application/problem+json" },
      credentials: "same-origin",
    });
  } catch {
    throw new Error(part.dataset.failed);
  }
  if (response.status !== 201) throw new Error((await reason(response)) ?? part.dataset.failed);
  try {
    return await fragmentOf(response);
  } catch (error) {
    throw error instanceof FetchFailure ? new Error(part.dataset.failed) : error;
  }
}

async function reason(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return null;
  const problem = await response.json().catch(() => null);
  return problem?.detail ?? problem?.title ?? null;
}

function start(part) {
  const form = part.closest("form");
  const input = part.querySelector("input[type=file]");
  const list = part.querySelector("[data-photo-list]");
  const status = part.querySelector("[data-photo-status]");
  part.classList.add("scripted");

  const say = (words, wrong = false) => {
    status.hidden = !words;
    status.textContent = words;
    status.classList.toggle("error", wrong);
  };

  input.addEventListener("change", async () => {
    const files = [...input.files];
    const wrong = [];
    let first = null;
    input.disabled = true;
    for (const file of files) {
      say(part.dataset.sending);
      try {
        if (file.size > Number(part.dataset.largest)) throw new Error(part.dataset.tooLarge);
        const fragment = await send(part, form, file);
        for (const photo of fragment.querySelectorAll("[data-photo]")) {
          list.append(document.adoptNode(photo));
          first ??= photo;
        }
      } catch (error) {
        wrong.push(`${file.name}: ${error.message}`);
      }
    }
    input.disabled = false;
    input.value = "";
    say(wrong.length ? wrong.join(" ") : part.dataset.done, wrong.length > 0);
    if (first) {
      first.querySelector("input:not([type=hidden])")?.focus();
      form.dispatchEvent(new Event("change", { bubbles: true })); // so that a draft is kept
    }
  });
}

for (const part of document.querySelectorAll("[data-photos]")) start(part);
