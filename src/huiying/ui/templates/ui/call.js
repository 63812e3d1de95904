import { keepTyped } from "./typed.js";

// The screen for a live call (doors/desk): Enter goes on to the next field, and what was typed stays in this window until
// the server has it. Without script Enter looks the number up, and every button sends the form with everything in it.
const KEEP_MS = 400;
const CALL = "form[data-call]";

const drafts = {
  key: (who) => `huiying-call:${who}`,
  read: (who) => JSON.parse(sessionStorage.getItem(drafts.key(who)) ?? "null"),
  drop: (who) => sessionStorage.removeItem(drafts.key(who)),
  // Not the token of this page: by the time a draft is needed, another one counts.
  keep: (form) => {
    const typed = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    sessionStorage.setItem(drafts.key(form.dataset.call), JSON.stringify(typed));
  },
};

// Asks the server to draw what was typed: it knows how many demands there are, and every field is its own again.
const restore = (form, typed) => {
  const again = document.createElement("form");
  again.method = "post";
  again.action = form.action;
  again.hidden = true;
  const token = form.elements.csrfmiddlewaretoken.value;
  for (const [name, value] of [...typed, ["csrfmiddlewaretoken", token], ["restore", "1"]]) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    again.append(field);
  }
  document.body.append(again);
  again.submit();
};

const form = document.querySelector(CALL);
for (const done of document.querySelectorAll("[data-call-done]")) drafts.drop(done.dataset.callDone);
if (form && "callFresh" in form.dataset) {
  const typed = drafts.read(form.dataset.call);
  if (typed) restore(form, typed);
  else form.elements.phone.focus();
}

const typing = keepTyped(CALL, KEEP_MS, drafts.keep);

document.addEventListener("click", (event) => {
  const drop = event.target.closest("[data-call-drop]");
  if (drop && form) {
    typing.never();
    drafts.drop(form.dataset.call);
  }
  const answer = event.target.closest("[data-call-answer]");
  if (answer?.form) {
    event.preventDefault();
    fill(answer.form, answer.dataset.callPart, answer.dataset.callAnswer);
  }
});

// The answer goes into the demand that it was found for; what is left is how the person found it.
const fill = (call, number, answer) => {
  const name = (plain) => (number === "1" ? plain : `${plain}-${number}`);
  const field = call.elements[name("answer")];
  field.closest("details").open = true;
  field.value = answer;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const ratings = call.elements[name("at_once")];
  (ratings[1] ?? field).focus();
};

// Nothing is sent that cannot arrive: the form stays as it is, with its key, and says so.
addEventListener(
  "submit",
  (event) => {
    const call = event.target.closest(CALL);
    if (!call) return;
    drafts.keep(call);
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    call.querySelector("[data-call-says]").textContent = call.dataset.callOffline;
  },
  true,
);

const goesOn = (field) => field.matches("input:not([type=hidden]), select, textarea") && field.checkVisibility();

document.addEventListener("keydown", (event) => {
  const field = event.target;
  const plain = !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (event.key !== "Enter" || event.defaultPrevented || !plain || !field.matches?.(`${CALL} input, ${CALL} select`)) return;
  event.preventDefault();
  if (field.name === "phone") field.form.querySelector("[data-call-look-up]").click();
  const fields = [...field.form.querySelectorAll("input, select, textarea")].filter(goesOn);
  const group = (one) => one.name && one.type === "radio" && one.name === field.name;
  fields.slice(fields.indexOf(field) + 1).find((one) => !group(one))?.focus();
});

// One more demand was added: the next one is another number, and the words of this one are typed now.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "demands") return;
  const call = event.target.closest(CALL);
  const demands = event.target.querySelectorAll("[data-call-demand]");
  const number = demands.length;
  call.elements.parts.value = number;
  const add = call.querySelector("[data-call-add]");
  add.setAttribute("hx-vals", JSON.stringify({ number: number + 1 }));
  add.hidden = number >= Number(add.dataset.callMost);
  call.elements[`text-${number}`].focus();
  drafts.keep(call);
});
