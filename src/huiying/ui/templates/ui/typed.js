// What is typed into a form and not sent yet: what its fields say, saying it again on a later visit, and who keeps it. Where
// it is kept is for each form to know: a demand beside its photos (draft.js), a reply by its case (reply.js), a call in its
// window (call.js).
const isTicked = (field) => field.type === "radio" || field.type === "checkbox";

/** What a field says: its value; false where it is a radio button or a box that is not ticked. */
export const said = (field) => isTicked(field) && !field.checked ? false : field.value;

/** Let a field say what it said; a radio button or a box is ticked where that is its own value. */
export const sayAgain = (field, value) => {
  if (isTicked(field)) field.checked = value === field.value;
  else field.value = value;
};

/**
 * Has a form that `selector` names kept, by keep(form), `pause` milliseconds after somebody last typed or chose in it.
 * Returns what to do with what still waits: now() keeps it at once, never() drops it.
 */
export const keepTyped = (selector, pause, keep) => {
  let waiting = null;
  let typedIn;
  const never = () => {
    clearTimeout(waiting);
    waiting = null;
  };
  const now = () => {
    if (waiting === null) return;
    never();
    keep(typedIn);
  };
  const typed = ({ target }) => {
    const form = (target.form ?? target).closest?.(selector);
    if (!form) return;
    never();
    typedIn = form;
    waiting = setTimeout(now, pause);
  };
  document.addEventListener("input", typed);
  document.addEventListener("change", typed);
  return { now, never };
};
