/** While a title is typed: practices that could be the same, as the server draws them. */
import { fetchFragment } from "../explore/fragments.js";

const WAIT_MS = 500;

/** Ask again whenever title, website or point of a form change. */
export function startSimilar(form) {
  const box = form.querySelector("[data-similar]");
  const title = form.querySelector("[data-title]");
  if (!box || !title) return;
  const website = form.querySelector("[data-website]");
  const point = form.querySelector("[data-coordinates]");
  let timer = 0;
  let running = null;

  async function ask() {
    running?.abort();
    const mine = (running = new AbortController());
    const query = new URLSearchParams({
      title: title.value,
      website: website?.value ?? "",
      at: point?.value ?? "",
      except: box.dataset.except ?? "",
    });
    try {
      const answer = await fetchFragment(`${box.dataset.address}?${query}`, "similar", mine.signal);
      const found = answer.querySelector("[data-similar]");
      box.replaceChildren(...[...found.childNodes].map((node) => document.importNode(node, true)));
      box.hidden = found.hidden;
    } catch {
      // A courtesy: moderators look for duplicates, too.
    }
  }

  for (const field of [title, website, point]) {
    field?.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT_MS);
    });
  }
}
