// A demand is written on the reader's device, page by page, and sent from there once: at once, or when the network is back.
import { change, forget, isEmpty, load, receipt, receiptSeen, send } from "./device.js";
import { choose } from "./place.js";
import { keepTyped, said, sayAgain } from "./typed.js";

const PAUSE_MS = 300;
const AGAIN_MS = 20_000;
/** Fields of a form that say nothing of the demand. */
const OURS = new Set(["csrfmiddlewaretoken", "key", "from", "then", "back", "narrow", "files"]);
/** Buttons that change how the page looks: the server gives it back with the answers that it carries. */
const LOOKS = new Set(["view", "theme", "language"]);

const box = () => document.querySelector("[data-draft-box]");
const formOf = () => document.querySelector("form[data-draft]");
const part = (name) => box()?.querySelector(`[data-draft-${name}]`);
const put = (words, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);
const controls = (form) => [...form.elements].filter((one) => one.name && !OURS.has(one.name));

// ---- what the form says, and what the device says ----
const labelOf = (control) => {
  const label = control.labels?.[0];
  return ((label?.querySelector(".choices-label") ?? label)?.textContent ?? "").trim();
};

const read = (form) => {
  const fields = {};
  const labels = {};
  for (const one of controls(form)) {
    const { name, value, type } = one;
    if (type === "radio") {
      fields[name] ??= "";
      if (one.checked) [fields[name], labels[name]] = [value, value && labelOf(one)];
    } else if (type === "checkbox") {
      [fields[name], labels[name]] = [said(one) || "", one.checked ? labelOf(one) : ""];
    } else if (one.tagName === "SELECT") {
      fields[name] = value || fields[name] || "";
      const chosen = value ? one.selectedOptions[0].textContent.trim() : "";
      labels[name] = name === "area" ? (labels[name] ?? "") + chosen : chosen;
    } else {
      fields[name] = value;
      if (one.dataset.label) labels[name] = one.dataset.label;
    }
  }
  return { fields, labels };
};

const fill = (form, demand) => {
  for (const one of controls(form)) {
    const value = demand.fields[one.name];
    if (value === undefined) continue;
    if (!one.closest("[data-place]")) sayAgain(one, value);
    if (one.dataset.limit) one.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const place = form.querySelector("[data-place]");
  if (place && demand.fields.area) restorePlace(place, demand);
};

const restorePlace = async (place, demand) => {
  if (await choose(place, [demand.fields.area])) return;
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: "area", value: demand.fields.area });
  kept.dataset.label = demand.labels.area ?? "";
  place.querySelector("[data-place-levels]").replaceChildren(kept);
  place.querySelector("[data-place-status]").textContent = demand.labels.area ?? "";
  place.querySelector("[data-place-locate]").hidden = false;
};

const save = (form) => {
  const { fields, labels } = read(form);
  return change((demand) => {
    Object.assign(demand.fields, fields);
    Object.assign(demand.labels, labels);
  });
};

// ---- what is wrong with a page, said as the server says it ----
const problems = (form, words) => {
  const found = [];
  const seen = new Set();
  for (const one of controls(form).filter((control) => control.type !== "hidden")) {
    const field = one.closest(".field");
    const caption = field?.querySelector("legend.field-label, .field-label")?.firstChild;
    const label = (caption?.textContent ?? "").trim();
    const choice = one.type === "radio";
    const empty = choice ? !form.querySelector(`[name="${one.name}"]:checked`) : !one.value.trim();
    const over = one.dataset.limit && [...one.value].length > Number(one.dataset.limit);
    if (seen.has(one.name)) continue;
    seen.add(one.name);
    if (one.required && empty) {
      found.push({ one, field, text: put(choice ? words.wordsChoose : words.wordsMissing, { label }) });
    } else if (over) {
      const counts = { label, most: one.dataset.limit, now: [...one.value].length };
      found.push({ one, field, text: put(words.wordsLong, counts) });
    }
  }
  return found;
};

const clearProblems = (form) => {
  document.querySelector(".errors")?.remove();
  for (const field of form.querySelectorAll(".field--error")) {
    field.classList.remove("field--error");
    field.querySelector(".field-error")?.remove();
    field.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  }
};

const complain = (form) => {
  clearProblems(form);
  const summary = document.querySelector("[data-errors-template]").content.firstElementChild.cloneNode(true);
  const found = problems(form, summary.dataset);
  if (!found.length) return false;
  summary.querySelector("h2").textContent = put(summary.dataset.words, { n: found.length });
  for (const { one, field, text } of found) {
    const link = Object.assign(document.createElement("a"), { href: `#${one.id}`, textContent: text });
    const item = document.createElement("li");
    item.append(link);
    summary.querySelector("ul").append(item);
    const beside = Object.assign(document.createElement("p"), { className: "field-error", id: `${one.id}-error`, textContent: text });
    field.classList.add("field--error");
    field.querySelector(".field-label").after(beside);
    one.setAttribute("aria-invalid", "true");
    const group = field.matches("fieldset") ? field : one;
    const described = new Set((group.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
    group.setAttribute("aria-describedby", [...described.add(beside.id)].join(" "));
  }
  form.before(summary);
  summary.focus();
  return true;
};

// ---- sending ----
const say = (words, { loud = false, ...shown } = {}) => {
  const here = box();
  if (!here) return;
  here.hidden = false;
  here.toggleAttribute("data-loud", loud);
  part("status").textContent = words;
  for (const name of ["resume", "receipt", "now", "forget", "progress"]) part(name)?.toggleAttribute("hidden", !shown[name]);
};

const sentAs = (address) => {
  part("receipt").href = address;
  say(box().dataset.wordsSent, { loud: true, receipt: true });
};

const showWaiting = () => {
  formOf()?.toggleAttribute("hidden", true);
  say(box().dataset.wordsWaiting, { loud: true, now: true, forget: true, resume: true });
};

const showRefused = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.querySelector("form[data-draft]")) {
    formOf()?.toggleAttribute("hidden", false);
    say(box().dataset.wordsRefused, { loud: true, resume: true, forget: true });
    return;
  }
  document.title = page.title;
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.querySelector(".errors")?.focus();
  start();
};

let delivering = false;
const deliver = async () => {
  if (delivering || !box()) return;
  delivering = true;
  const words = box().dataset.wordsSending;
  say(put(words, { percent: 0 }), { loud: true, progress: true });
  try {
    const done = await send(box().dataset.fileUrl, (percent) => {
      part("status").textContent = put(words, { percent: Math.floor(percent) });
      part("progress").value = percent;
    });
    const address = done.receipt ?? (await receipt());
    if (done.refused) showRefused(done.refused);
    else if (address && formOf()?.dataset.step === "check") location.assign(address);
    else if (address) sentAs(address);
    else say("", {});
  } catch {
    showWaiting();
  } finally {
    delivering = false;
  }
};

const tryAgain = async () => {
  if (!box()) return;
  const demand = await load();
  if (demand?.waiting) deliver();
};

// ---- pages ----
const shortly = (moment) =>
  new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(moment);

const showBox = (demand) => {
  const here = box();
  if (!here) return;
  const empty = isEmpty(demand);
  if (!("onlyIfAny" in here.dataset)) say(here.dataset.wordsHere, { forget: !empty });
  else if (empty) here.hidden = true;
  else say(put(here.dataset.wordsUnfinished, { when: shortly(demand.at) }), { resume: true, forget: true });
};

const showAnswers = (form, demand) => {
  for (const one of form.querySelectorAll("[data-answer]")) {
    const name = one.dataset.answer;
    const files = demand.files.map((file) => file.name).join("\n");
    const text = name === "files" ? files : demand.labels[name] || demand.fields[name];
    one.textContent = text || one.dataset.wordsNone;
    const row = one.closest("[data-answer-row]");
    row.classList.toggle("answers-row--empty", !text);
    row.hidden = !text && "ifAny" in row.dataset;
  }
};

const adopt = async (form, before) => {
  const { fields, labels } = read(form);
  // The page of a sign that was scanned before: what was changed since stands.
  if (form.dataset.adopt === "sign" && before?.fields.spot === fields.spot) return before;
  const given = Object.entries(fields).filter(([, value]) => value !== "");
  return change((demand) => {
    Object.assign(demand.fields, Object.fromEntries(given));
    Object.assign(demand.labels, labels);
  });
};

const afterThis = (form) => (location.hash === "#check" ? form.dataset.check : form.dataset.next);

const submitted = async (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-draft][data-ready]")) return;
  const button = event.submitter;
  if (LOOKS.has(button?.name)) return;
  event.preventDefault();
  if (button?.dataset.step) {
    const spot = form.elements.spot?.value;
    const sign = button.dataset.step === "kind" && spot && navigator.onLine;
    location.assign(`${sign ? `/q/${spot}/` : button.formAction}#check`);
  } else if (button?.name === "back") {
    await save(form);
    location.assign(button.formAction);
  } else if (form.dataset.step === "check") {
    await change((demand) => Object.assign(demand, { waiting: true }));
    deliver();
  } else if (!complain(form)) {
    await save(form);
    location.assign(afterThis(form));
  }
};

const start = async () => {
  if (!box()) return;
  let demand;
  try {
    demand = await load();
  } catch {
    return; // a browser that keeps nothing: pages post to each other, as without script
  }
  const form = formOf();
  if (demand?.waiting) {
    showWaiting();
    deliver();
    return;
  }
  const unseen = await receipt();
  if (form) {
    if ("adopt" in form.dataset) demand = await adopt(form, demand);
    if (demand) fill(form, demand);
    if (form.dataset.step === "check" && demand) showAnswers(form, demand);
    form.dataset.ready = "";
  }
  if (unseen) sentAs(unseen);
  else showBox(demand);
};

keepTyped("form[data-draft][data-ready]", PAUSE_MS, async (form) => showBox(await save(form)));

const forgetPressed = async (button) => {
  const label = button.querySelector("span");
  if (!("sure" in button.dataset)) {
    button.dataset.sure = "";
    label.textContent = box().dataset.wordsSure;
    return;
  }
  await forget();
  const form = formOf();
  form?.reset();
  form?.querySelectorAll("input[type=hidden]").forEach((one) => {
    if (!OURS.has(one.name)) one.value = "";
  });
  say(box().dataset.wordsDeleted);
  if (form) location.assign(box().dataset.fileUrl);
};

document.addEventListener("submit", submitted, true);
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-draft-forget], [data-draft-now], [data-draft-resume]");
  if (!button) return;
  if (button.matches("[data-draft-forget]")) forgetPressed(button);
  else if (button.matches("[data-draft-now]")) tryAgain();
  else {
    event.preventDefault();
    await change((demand) => Object.assign(demand, { waiting: false }));
    location.assign(box().dataset.checkUrl);
  }
});
addEventListener("online", tryAgain);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && tryAgain());
setInterval(tryAgain, AGAIN_MS);
addEventListener("pageshow", (event) => event.persisted && start());
if (document.querySelector("[data-receipt-seen]")) receiptSeen().catch(() => {});
start();
