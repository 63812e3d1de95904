// Reads the page aloud with the browser's own voice: block after block, each marked while it is read.
const BLOCKS = "h1, h2, h3, p, li, dt, dd, th, td, caption, legend, label, summary, blockquote, figcaption";
// Some voices fall silent in the middle of a long utterance; they get sentences.
const SENTENCE = /[^。！？；.!?;\n]+[。！？；.!?;\n]*/gu;
const speech = globalThis.speechSynthesis;

const visible = (block) => block.checkVisibility?.() ?? block.offsetParent !== null;

const passages = () => {
  const chosen = String(getSelection()).trim();
  if (chosen) return [[null, chosen]];
  return [...document.querySelectorAll(`main :is(${BLOCKS})`)]
    .filter((block) => !block.querySelector(BLOCKS) && visible(block) && !block.closest("[aria-hidden='true']"))
    .map((block) => [block, block.innerText.trim()])
    .filter(([, text]) => text);
};

const mark = (block) => {
  document.querySelector("[data-speaking]")?.removeAttribute("data-speaking");
  block?.setAttribute("data-speaking", "");
  block?.scrollIntoView({ block: "nearest" });
};

const tell = (button, busy) => {
  button.toggleAttribute("data-busy", busy);
  button.querySelector("[data-speak-idle]").hidden = busy;
  button.querySelector("[data-speak-busy]").hidden = !busy;
};

const stop = (button) => {
  speech.cancel();
  mark(null);
  tell(button, false);
};

const start = (button) => {
  const sentences = passages().flatMap(([block, text]) => (text.match(SENTENCE) ?? []).map((one) => [block, one]));
  if (!sentences.length) return;
  tell(button, true);
  sentences.forEach(([block, text], number) => {
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = block?.closest("[lang]")?.lang || document.documentElement.lang;
    utterance.onstart = () => mark(block);
    if (number === sentences.length - 1) utterance.onend = () => stop(button);
    speech.speak(utterance);
  });
};

for (const button of speech ? document.querySelectorAll("[data-speak]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => ("busy" in button.dataset ? stop(button) : start(button)));
  addEventListener("pagehide", () => speech.cancel());
}
