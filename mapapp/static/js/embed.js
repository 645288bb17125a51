/** The map in the frame of another site: rings zoom in, pins open their page outside of the frame. */
import { startEmbeddedMap } from "./map/embed.js";

const canvas = document.querySelector("[data-embed-map]");
document.documentElement.classList.add("scripts");
startEmbeddedMap(canvas);
