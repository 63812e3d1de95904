// A select that is searched by typing (WAI-ARIA 1.2, combobox with a listbox). The select stays in the form and carries
// the value; who has no script has the select itself.
const MOST = 60;
const RANKS = 4;
const OPTION = "[role='option']:not([aria-disabled])";

const plain = (text) => text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, "");

// How well an option answers: its name begins so, its pinyin does, its name or its pinyin has it inside; else RANKS.
const rank = (option, asked) => {
  const name = plain(option.label);
  const keys = (option.dataset.keys ?? "").toLowerCase().split(/\s+/);
  const answers = [
    name.startsWith(asked),
    keys.some((key) => key && key.startsWith(asked)),
    name.includes(asked),
    keys.some((key) => key.includes(asked)),
  ];
  return answers.includes(true) ? answers.indexOf(true) : RANKS;
};

const named = (option, asked) => {
  const line = document.createElement("span");
  const at = asked ? option.label.toLowerCase().indexOf(asked) : -1;
  if (at < 0) {
    line.textContent = option.label;
    return line;
  }
  const found = document.createElement("mark");
  found.textContent = option.label.slice(at, at + asked.length);
  line.append(option.label.slice(0, at), found, option.label.slice(at + asked.length));
  return line;
};

class Combobox {
  constructor(select) {
    this.select = select;
    this.box = select.parentElement;
    this.active = null;
    this.build();
    this.showChosen();
    this.listen();
  }

  build() {
    const { select } = this;
    const input = document.createElement("input");
    for (const name of ["class", "required", "aria-describedby", "aria-invalid", "data-shortcut", "disabled"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
      if (name !== "class") select.removeAttribute(name);
    }
    input.id = select.id;
    select.id = `${input.id}-value`;
    select.hidden = true;
    Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false, placeholder: select.dataset.ask ?? "" });
    const list = document.createElement("ul");
    list.className = "combobox-list";
    list.id = `${input.id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "");
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const [name, value] of Object.entries(said)) input.setAttribute(name, value);
    const told = document.createElement("span");
    told.className = "visually-hidden";
    told.setAttribute("role", "status");
    select.after(input, list, told);
    Object.assign(this, { input, list, told });
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("input", (event) => event.isComposing || this.open(input.value));
    input.addEventListener("compositionend", () => this.open(input.value));
    input.addEventListener("click", () => this.isOpen || this.open(""));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.leave());
    // The focus stays in the field, or its blur would close the list before the press is over.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const line = event.target.closest(OPTION);
      if (line) this.choose(line.option);
    });
    input.form?.addEventListener("reset", () => setTimeout(() => this.showChosen()));
    addEventListener("pageshow", () => this.showChosen());
    this.select.addEventListener("change", () => this.showChosen());
  }

  get isOpen() {
    return !this.list.hidden;
  }

  showChosen() {
    const chosen = this.select.selectedOptions[0];
    this.input.value = chosen?.value ? chosen.label : "";
  }

  open(typed) {
    const asked = plain(typed);
    const options = [...this.select.options].filter((option) => option.value);
    const found = (asked ? options.map((option) => [rank(option, asked), option]) : options.map((option) => [0, option]))
      .filter(([place]) => place < RANKS)
      .sort(([one], [other]) => one - other)
      .slice(0, MOST)
      .map(([, option]) => option);
    this.list.replaceChildren(...found.map((option, number) => this.line(option, number, asked)));
    if (!found.length) this.sayNone();
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.told.textContent = found.length ? (this.select.dataset.found ?? "").replace("{n}", found.length) : "";
    const chosen = [...this.list.children].find((line) => line.option && line.option.selected);
    this.point(asked ? this.list.querySelector(OPTION) : (chosen ?? null));
    this.list.scrollIntoView({ block: "nearest" });
  }

  line(option, number, asked) {
    const line = document.createElement("li");
    line.className = "combobox-option";
    line.id = `${this.list.id}-${number}`;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.option = option;
    line.append(named(option, asked));
    if (option.dataset.hint) {
      const hint = document.createElement("span");
      hint.className = "combobox-hint";
      hint.textContent = option.dataset.hint;
      line.append(hint);
    }
    return line;
  }

  sayNone() {
    const none = document.createElement("li");
    none.className = "combobox-none";
    none.textContent = this.select.dataset.none ?? "";
    none.setAttribute("role", "option");
    none.setAttribute("aria-disabled", "true");
    this.list.append(none);
    this.told.textContent = none.textContent;
  }

  point(line) {
    this.active?.setAttribute("aria-selected", "false");
    this.active = line;
    line?.setAttribute("aria-selected", "true");
    line?.scrollIntoView({ block: "nearest" });
    if (line) this.input.setAttribute("aria-activedescendant", line.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  move(step) {
    const lines = [...this.list.querySelectorAll(OPTION)];
    if (!lines.length) return;
    const here = lines.indexOf(this.active);
    const next = here < 0 ? (step > 0 ? 0 : lines.length - 1) : (here + step + lines.length) % lines.length;
    this.point(lines[next]);
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.point(null);
  }

  choose(option) {
    const changed = this.select.value !== option.value;
    this.select.value = option.value;
    this.showChosen();
    this.close();
    if (changed) this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() {
    const changed = this.select.value !== "";
    this.select.value = "";
    if (changed) this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was typed and not chosen is no choice: emptied it means none, else what was chosen before comes back.
  leave() {
    const typed = plain(this.input.value);
    const exact = [...this.select.options].find((option) => option.value && plain(option.label) === typed);
    if (exact) this.choose(exact);
    else if (!typed) this.clear();
    this.showChosen();
    this.close();
  }

  key(event) {
    // While an input method composes, its keys are its own.
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const acts = {
      ArrowDown: () => (this.isOpen ? this.move(1) : this.open("")),
      ArrowUp: () => (this.isOpen ? this.move(-1) : this.open("")),
      Enter: () => this.isOpen && (this.active ? this.choose(this.active.option) : this.leave()),
      Escape: () => this.isOpen && this.escape(),
    };
    if (event.key === "Tab" && this.isOpen && this.active && this.input.value) this.choose(this.active.option);
    const act = acts[event.key];
    if (!act || (event.altKey && event.key !== "ArrowDown") || act() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  escape() {
    this.showChosen();
    this.close();
  }
}

const enhance = (root) => root.querySelectorAll("select[data-combobox]:not([hidden])").forEach((select) => new Combobox(select));
enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target));
