/** The practice page: a small map when it comes into sight, and a citation to copy. */
import "./copy.js";

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
