/** The map of Explore, in a file of its own: it arrives after the list can be used. */
export { startMap } from "./map/explore.js";
