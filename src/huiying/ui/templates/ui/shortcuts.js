// Keys that a page declares on its elements (data-shortcut), and the list of them on "?".
const KEPT = "huiying.keys";
const TYPED = "input:not([type='checkbox'], [type='radio'], [type='submit'], [type='button'], [type='file']), textarea, select";
const FIELDS = "input, select, textarea";
// A Chinese keyboard gives the wide sign.
const ASKED = /^[?？]$/;
const dialog = document.querySelector("[data-shortcuts]");

// Some browsers keep nothing, and say so by an error.
const kept = (act) => {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
};
const single = () => kept((store) => store.getItem(KEPT)) !== "alt";
const declared = () => [...document.querySelectorAll("[data-shortcut]")].filter((element) => !element.closest("[hidden], [inert]") && !element.disabled);
const typing = (target) => target.matches?.(TYPED) || target.isContentEditable;

// With Alt some keyboards give another sign; the key itself says which it is.
const pressed = (event) => (event.altKey ? (/^(?:Key|Digit)(.)$/.exec(event.code)?.[1] ?? event.key) : event.key).toLowerCase();

const label = (element) =>
  element.dataset.shortcutLabel ??
  element.getAttribute("aria-label") ??
  (element.matches(FIELDS) ? element.labels?.[0] : element)?.textContent.trim() ??
  "";

const reach = (element) => {
  if (!element.matches(FIELDS)) return element.click();
  element.focus();
  if (["checkbox", "radio"].includes(element.type)) element.click();
};

const row = (element) => {
  const line = document.createElement("div");
  line.className = "shortcuts-row";
  const what = document.createElement("dt");
  what.textContent = label(element);
  const how = document.createElement("dd");
  const key = document.createElement("kbd");
  key.className = "key";
  key.textContent = element.dataset.shortcut.toUpperCase();
  how.append(key);
  line.append(what, how);
  return line;
};

const show = () => {
  dialog.querySelector("[data-shortcuts-list]").replaceChildren(...declared().map(row));
  dialog.querySelector("[data-shortcuts-single]").checked = single();
  dialog.showModal();
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  if (document.querySelector("dialog[open]")) return;
  if (!event.altKey && (typing(event.target) || (!single() && !ASKED.test(event.key)))) return;
  const all = declared();
  if (ASKED.test(event.key) && !event.altKey && all.length && dialog) {
    event.preventDefault();
    show();
    return;
  }
  const element = all.find((one) => one.dataset.shortcut.toLowerCase() === pressed(event));
  if (!element) return;
  event.preventDefault();
  reach(element);
});

dialog?.querySelector("[data-shortcuts-single]").addEventListener("change", (event) => {
  kept((store) => (event.target.checked ? store.removeItem(KEPT) : store.setItem(KEPT, "alt")));
});

// Where a page has keys, a button says so; and who listens hears of each key beside its element.
const opener = document.querySelector("[data-shortcuts-open]");
if (opener) {
  opener.hidden = !declared().length;
  opener.addEventListener("click", show);
}
for (const element of declared()) element.setAttribute("aria-keyshortcuts", `Alt+${element.dataset.shortcut.toUpperCase()}`);
