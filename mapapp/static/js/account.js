/**
 * The pages of signing in and of one's account: an interrupted form is sent again by itself, and passkeys, which only a
 * script can ask the browser for. A form with data-passkey fetches its options, asks, and sends the answer as a field.
 */

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  return { made, response: { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject) } };
}

async function use(options) {
  const made = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature } = made.response;
  const response = {
    clientDataJSON: toText(clientDataJSON),
    authenticatorData: toText(authenticatorData),
    signature: toText(signature),
  };
  return { made, response };
}

async function answerTo(form) {
  const asked = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRF-Token": form.elements.csrf.value, Accept: "application/json" },
  });
  if (!asked.ok) throw new Error(`status ${asked.status}`);
  const { made, response } = await (form.dataset.passkey === "make" ? make : use)(await asked.json());
  return JSON.stringify({ id: made.id, rawId: toText(made.rawId), type: made.type, response });
}

function prepare(form) {
  const answer = form.elements[form.dataset.passkey === "make" ? "attestation" : "assertion"];
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    failed.hidden = true;
    try {
      answer.value = await answerTo(form);
      form.requestSubmit();
    } catch {
      failed.hidden = false; // refused, too late, or no passkey here: the person chooses what next
    }
  });
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
}

document.querySelector("form[data-send-now]")?.requestSubmit();
