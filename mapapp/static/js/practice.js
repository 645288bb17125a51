/** The practice page: a small map when it comes into sight, and a citation to copy. */

async function showMap(canvas) {
  const { startSmallMap } = await import("./map/small.js");
  startSmallMap(canvas);
}

const canvas = document.querySelector("[data-small-map]");
if (canvas) {
  canvas.parentElement.classList.add("with-map");
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      showMap(canvas).catch(() => canvas.parentElement.classList.remove("with-map"));
    },
    { rootMargin: "200px" },
  );
  seen.observe(canvas);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue; // only on secure addresses; the text can be copied by hand
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
    button.querySelector("[data-words]").textContent = button.dataset.done;
  });
}
