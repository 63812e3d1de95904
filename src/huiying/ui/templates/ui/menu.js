// A menu closes by Escape, by a press outside it and when the focus leaves it; it opens without script too.
const open = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

const closeUnless = (target) => {
  for (const menu of open()) if (!menu.contains(target)) menu.open = false;
};
document.addEventListener("click", (event) => closeUnless(event.target));
document.addEventListener("focusin", (event) => closeUnless(event.target));
