// Dialogs open by a button that names them (data-opens) and close by their own, by Escape and by a press beside them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const dialog = event.target.closest("dialog");
  if (dialog && (event.target === dialog || event.target.closest("[data-closes]"))) dialog.close();
});

const reveal = (root) => root.querySelectorAll("[data-opens][hidden]").forEach((opener) => opener.removeAttribute("hidden"));
reveal(document);
document.addEventListener("htmx:load", (event) => reveal(event.target));
