import { keepTyped, said, sayAgain } from "./typed.js";

// What was typed into a form is kept on this device until it was sent: a form with data-reply-draft names its place.
(() => {
  const KEPT_MS = 7 * 24 * 3600 * 1000;
  const PAUSE_MS = 500;
  const PREFIX = "reply:";
  const SENT = "reply-sent";
  const form = document.querySelector("form[data-reply-draft]");

  const store = (() => {
    try {
      localStorage.setItem(`${PREFIX}?`, "");
      localStorage.removeItem(`${PREFIX}?`);
      return localStorage;
    } catch {
      return null; // the browser keeps nothing: then nothing is kept
    }
  })();
  if (!store) return;

  const read = (key) => {
    try {
      return JSON.parse(store.getItem(key));
    } catch {
      return null;
    }
  };
  // What is old goes, and what was sent and whose form did not come back.
  for (const key of Object.keys(store).filter((name) => name.startsWith(PREFIX))) {
    if (Date.now() - (read(key)?.at ?? 0) > KEPT_MS) store.removeItem(key);
  }
  const sent = sessionStorage.getItem(SENT);
  if (sent && sent !== form?.dataset.replyDraft) store.removeItem(PREFIX + sent);
  sessionStorage.removeItem(SENT);
  if (!form) return;

  const key = PREFIX + form.dataset.replyDraft;
  const fields = () => [...form.elements].filter((one) => one.name && !["hidden", "file", "submit", "button"].includes(one.type));
  const values = () => fields().map((one) => [one.name, said(one)]);

  const notice = document.querySelector("[data-reply-notice]");
  const before = JSON.stringify(values());
  const draft = read(key);
  // A form that came back with what was typed is newer than the draft.
  if (draft && !("replyKept" in form.dataset) && JSON.stringify(draft.values) !== before) {
    const typed = draft.values.map(([name, value]) => [name, value]);
    for (const one of fields()) {
      const at = typed.findIndex(([name, value]) => name === one.name && (one.type !== "radio" || value === false || value === one.value));
      if (at < 0) continue;
      const [[, value]] = typed.splice(at, 1);
      sayAgain(one, value);
    }
    // What listens for it may not be there before the page has loaded.
    const tell = () => form.dispatchEvent(new Event("input", { bubbles: true }));
    if (document.readyState === "complete") tell();
    else addEventListener("load", tell, { once: true });
    if (notice) notice.hidden = false;
  }

  const keep = () => {
    try {
      store.setItem(key, JSON.stringify({ at: Date.now(), values: values() }));
    } catch {
      // no room: the page itself still holds what was typed
    }
  };
  const typing = keepTyped("form[data-reply-draft]", PAUSE_MS, keep);
  notice?.querySelector("[data-reply-drop]").addEventListener("click", () => {
    typing.never();
    store.removeItem(key);
    location.reload();
  });
  form.addEventListener("submit", () => {
    typing.never();
    keep();
    sessionStorage.setItem(SENT, form.dataset.replyDraft);
  });
  addEventListener("pagehide", typing.now);
})();
