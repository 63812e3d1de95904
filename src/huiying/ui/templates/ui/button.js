// No form is sent twice by a second press.
const BUSY_MS = 10_000;

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
