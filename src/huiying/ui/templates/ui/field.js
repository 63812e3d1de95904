// Long answers say how much room is left, in the words that the template brings.
const PAUSE_MS = 400;

const count = (field) => {
  const place = document.getElementById(`${field.id}-count`);
  if (!place) return;
  const limit = Number(field.dataset.limit);
  // Characters as people count them: a rare character is one, though it takes two code units.
  const left = limit - [...field.value].length;
  const words = left < 0 ? place.dataset.wordsOver : place.dataset.wordsLeft;
  place.setAttribute("aria-live", left < limit / 10 ? "polite" : "off");
  place.toggleAttribute("data-over", left < 0);
  place.textContent = words.replace("{n}", Math.abs(left)).replace("{limit}", limit);
};

const waiting = new WeakMap();
const countSoon = (event) => {
  const field = event.target;
  // While an input method composes, its letters are not yet text.
  if (event.isComposing || !field.dataset?.limit) return;
  clearTimeout(waiting.get(field));
  waiting.set(field, setTimeout(count, PAUSE_MS, field));
};
document.addEventListener("input", countSoon);
document.addEventListener("compositionend", countSoon);

const countAll = (root) => root.querySelectorAll("[data-limit]").forEach(count);
countAll(document);
document.addEventListener("htmx:load", (event) => countAll(event.target));
