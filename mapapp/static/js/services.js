/** Services: "near me" where the visitor presses it. */

const button = document.querySelector("[data-near-me]");
const told = document.querySelector("[data-near-told]");

if (button && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    told.textContent = told.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { form } = button;
        form.elements.place.value = "";
        const near = form.elements.near ?? Object.assign(document.createElement("input"), { type: "hidden", name: "near" });
        // Two decimals, about a kilometre: enough to sort by distance, too little to tell a house in the address.
        near.value = `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`;
        form.append(near);
        form.requestSubmit();
      },
      () => {
        told.textContent = told.dataset.denied;
      },
      { maximumAge: 300_000, timeout: 15_000 },
    );
  });
}
