// A worklist by keyboard, and what its buttons say of the rows that are chosen.
(() => {
  const table = document.querySelector("[data-worklist]");
  if (!table) return;
  const box = table.closest(".worklist-box");
  const links = () => [...table.querySelectorAll(".worklist-row a")];
  const boxes = () => [...table.querySelectorAll(".worklist-row input[type=checkbox]")];

  const bar = box.querySelector("[data-worklist-bar]");
  const all = box.querySelector("[data-worklist-all]");
  const idle = bar?.querySelector("[data-worklist-count]").textContent;

  const tell = () => {
    if (!bar) return;
    const chosen = boxes().filter((one) => one.checked).length;
    bar.toggleAttribute("data-none", chosen === 0);
    bar.querySelectorAll("button").forEach((button) => { button.disabled = chosen === 0; });
    const said = chosen ? box.dataset.worklistChosen.replace("{count}", chosen) : idle;
    bar.querySelector("[data-worklist-count]").textContent = said;
    const input = all.querySelector("input");
    input.checked = chosen > 0 && chosen === boxes().length;
    input.indeterminate = chosen > 0 && chosen < boxes().length;
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", (event) => {
      boxes().forEach((one) => { one.checked = event.target.checked; });
      tell();
    });
  }
  table.addEventListener("change", tell);
  addEventListener("pageshow", tell);
  tell();

  // The row in which the focus is, or was before one of these buttons was pressed.
  let last = null;
  table.addEventListener("focusin", (event) => { last = event.target.closest(".worklist-row"); });
  const here = () => links().findIndex((link) => link.closest(".worklist-row") === last);

  for (const button of box.querySelectorAll("[data-worklist-go]")) {
    button.addEventListener("click", () => {
      const rows = links();
      const step = Number(button.dataset.worklistGo);
      const next = here() < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(here() + step, 0), rows.length - 1);
      rows[next]?.focus();
      rows[next]?.scrollIntoView({ block: "nearest" });
    });
  }
  box.querySelector("[data-worklist-choose]")?.addEventListener("click", () => {
    const one = last?.querySelector("input[type=checkbox]");
    if (!one) return;
    one.checked = !one.checked;
    tell();
  });
})();
