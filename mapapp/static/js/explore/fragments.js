/** Parts of pages that the server drew: the only way by which markup from outside gets into a page. */

// The policy never leaves this module, so only answers of this site with the type of a page pass through it.
const policy = globalThis.trustedTypes?.createPolicy("fragments", { createHTML: (markup) => markup });

/** An answer that cannot be shown; `status` is 0 when nothing came back at all. */
export class FetchFailure extends Error {
  constructor(status) {
    super(`answered ${status}`);
    this.status = status;
  }
}

/** Fetch part of a page as a document whose scripts never run. Throws FetchFailure, or AbortError when aborted. */
export async function fetchFragment(address, name, signal) {
  const response = await fetch(address, {
    headers: { "X-Fragment": name, Accept: "text/html" },
    credentials: "same-origin",
    signal,
  }).catch((error) => {
    throw error.name === "AbortError" ? error : new FetchFailure(0);
  });
  // 400 still is the page asked for, with the problems beside the fields.
  if (!response.ok && response.status !== 400) throw new FetchFailure(response.status);
  return fragmentOf(response);
}

/** Return an answer of this site as a document whose scripts never run. Throws FetchFailure for any other answer. */
export async function fragmentOf(response) {
  const kind = response.headers.get("Content-Type") ?? "";
  if (new URL(response.url).origin !== location.origin || !kind.startsWith("text/html")) {
    throw new FetchFailure(response.status);
  }
  const markup = await response.text();
  return new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, "text/html");
}

/** Fetch JSON of this site. Throws FetchFailure, or AbortError when aborted. */
export async function fetchJson(address, signal) {
  const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin", signal }).catch(
    (error) => {
      throw error.name === "AbortError" ? error : new FetchFailure(0);
    },
  );
  if (!response.ok) throw new FetchFailure(response.status);
  return response.json();
}
