// The portal works without a network: a worker keeps its empty pages, in the look and language that the reader chose.
const portal = document.querySelector("link[rel=manifest]");

const settle = async () => {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const { lang, dataset } = document.documentElement;
  active.postMessage({ look: [lang, dataset.view, dataset.theme].join(" ") });
};

if (portal && "serviceWorker" in navigator) addEventListener("load", () => settle().catch(() => {}));
