/** The small maps of regions, projects and services: drawn when they come into sight. */

async function draw(canvas) {
  if (canvas.dataset.source) {
    const { startRegionMap } = await import("./map/regions.js");
    return startRegionMap(canvas);
  }
  const { startSmallMap } = await import("./map/small.js");
  return startSmallMap(canvas);
}

const waiting = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      waiting.unobserve(target);
      draw(target);
    }
  },
  { rootMargin: "200px" },
);

for (const canvas of document.querySelectorAll("[data-small-map]")) waiting.observe(canvas);
