/** The small maps of regions, projects and services: drawn when they come into sight. */

async function draw(canvas) {
  if (canvas.dataset.source) {
    const { startRegionMap } = await import("./map/regions.js");
    return startRegionMap(canvas);
  }
  const { startSmallMap } = await import("./map/small.js");
  return startSmallMap(canvas);
}

/** Say in the frame that there is no map; what it would show stands in the page. */
function sayTrouble(canvas) {
  const note = document.createElement("p");
  note.className = "map-note";
  note.setAttribute("role", "status");
  note.textContent = canvas.dataset.trouble;
  const zoom = canvas.parentElement.querySelector(".map-zoom");
  if (zoom) zoom.hidden = true;
  canvas.replaceWith(note);
}

const waiting = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      waiting.unobserve(target);
      draw(target).catch(() => sayTrouble(target));
    }
  },
  { rootMargin: "200px" },
);

for (const canvas of document.querySelectorAll("[data-small-map]")) waiting.observe(canvas);
