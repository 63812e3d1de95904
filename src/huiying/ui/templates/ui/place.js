// Areas level by level: choosing one brings the next level, and the telephone's position may choose all of them.
const within = (place, selector) => place.querySelector(selector);

const show = (place, html) => {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  within(place, "[data-place-levels]").replaceChildren(...parsed.body.children);
  place.dispatchEvent(new Event("change", { bubbles: true }));
};

/** Bring the levels for an area's code into a place; true when they came. */
export const choose = async (place, codes) => {
  const asked = new URLSearchParams(codes.filter(Boolean).map((code) => ["area", code]));
  try {
    const answer = await fetch(`${place.dataset.url}?${asked}`);
    if (!answer.ok) return false;
    show(place, await answer.text());
    return true;
  } catch {
    return false; // no network: the levels that are there stay
  }
};

const narrow = async (event) => {
  const select = event.target;
  const place = select.closest?.("[data-place]");
  if (!place || select.tagName !== "SELECT") return;
  const levels = [...place.querySelectorAll("select")];
  const here = levels.indexOf(select);
  const focused = document.activeElement === select;
  if (await choose(place, levels.slice(0, here + 1).map((one) => one.value))) {
    if (focused) place.querySelectorAll("select")[here]?.focus();
  } else {
    levels.slice(here + 1).forEach((one) => one.closest(".field").remove());
  }
};

const position = () =>
  new Promise((found, denied) => {
    navigator.geolocation.getCurrentPosition(found, denied, { enableHighAccuracy: true, timeout: 15_000 });
  });

const locate = async (place) => {
  const words = place.dataset;
  const status = within(place, "[data-place-status]");
  const button = within(place, "[data-place-ask]");
  status.textContent = words.wordsAsking;
  button.disabled = true;
  let here;
  try {
    here = await position();
  } catch {
    status.textContent = words.wordsDenied;
    return;
  } finally {
    button.disabled = false;
  }
  const form = place.closest("form");
  const body = new URLSearchParams({
    latitude: here.coords.latitude,
    longitude: here.coords.longitude,
    csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value,
  });
  try {
    const answer = await fetch(words.locateUrl, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.statusText);
    show(place, await answer.text());
    const chosen = [...place.querySelectorAll("select")].some((one) => one.value);
    status.textContent = chosen ? words.wordsFound : words.wordsElsewhere;
  } catch {
    status.textContent = words.wordsOffline;
  }
};

document.addEventListener("change", narrow);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-place-ask]");
  if (button) locate(button.closest("[data-place]"));
});
if ("geolocation" in navigator && isSecureContext) {
  document.querySelectorAll("[data-place-locate]").forEach((one) => one.removeAttribute("hidden"));
}
