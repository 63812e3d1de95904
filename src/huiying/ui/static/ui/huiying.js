// What pages gain from script: no form is sent twice by a second press, and long answers say how much room is left.
(() => {
  const BUSY_MS = 10_000;
  const PAUSE_MS = 400;

  const buttons = (form) => [...form.elements].filter((element) => element.type === "submit");

  const release = (form) => {
    delete form.dataset.sent;
    for (const button of buttons(form).filter((one) => "busy" in one.dataset)) {
      button.disabled = false;
      delete button.dataset.busy;
    }
  };

  const hold = (form) => {
    for (const button of buttons(form).filter((one) => !one.disabled)) {
      button.disabled = true;
      button.dataset.busy = "";
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    // htmx sends by itself and says so by preventing the default.
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    // Not before the browser has read the form: a disabled button's name and value would be missing.
    setTimeout(hold, 0, form);
    // A download or a broken connection leaves the page standing; it must not stay locked.
    setTimeout(release, BUSY_MS, form);
  });

  // A page that comes back from the browser's memory comes back as it was left.
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

  const count = (field) => {
    const place = document.getElementById(`${field.id}-count`);
    const limit = Number(field.dataset.limit);
    // Characters as people count them: a rare character is one, though it takes two code units.
    const left = limit - [...field.value].length;
    if (!place) return;
    place.setAttribute("aria-live", left < limit / 10 ? "polite" : "off");
    place.toggleAttribute("data-over", left < 0);
    place.textContent = left < 0 ? `超出 ${-left} 字，最多 ${limit} 字` : `还可以写 ${left} 字`;
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
})();
