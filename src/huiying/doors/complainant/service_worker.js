// Keeps what the portal needs without a network: its own style, script and icons, the empty pages of the filing, and a page
// that says there is no network. What anybody wrote, a receipt, or a page of the staff's is never kept here.
const CACHE = "huiying-1";
const LOOK = "/.look";
const OFFLINE = "/offline/";
const PAGES = ["/file/", ...["kind", "what", "where", "who", "files", "check"].map((step) => `/file/${step}/`), OFFLINE];
const STATIC = /(?:src|href)="(\/static\/[^"#]+)/g;
const PATIENCE_MS = 5000;

// Whether this very worker has kept everything just now.
let fresh = false;

const kept = async (path) => (await caches.open(CACHE)).match(path);

// A page is kept only if the server says that it is the same for everybody.
const keepPage = async (cache, path) => {
  const answer = await fetch(path, { cache: "no-store" });
  if (!answer.ok || answer.headers.get("X-Keep-Offline") !== "yes") return [];
  const html = await answer.clone().text();
  await cache.put(path, answer);
  return [...html.matchAll(STATIC)].map(([, asset]) => asset);
};

const keepAll = async () => {
  const cache = await caches.open(CACHE);
  const found = await Promise.all(PAGES.map((path) => keepPage(cache, path)));
  const assets = new Set(found.flat());
  const there = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await Promise.all([...assets].filter((asset) => !there.has(asset)).map((asset) => cache.add(asset)));
  const old = [...there].filter((path) => path.startsWith("/static/") && assets.size && !assets.has(path));
  await Promise.all(old.map((path) => cache.delete(path)));
};

const look = async (wanted) => {
  const now = await kept(LOOK);
  if (now && (await now.text()) === wanted) return;
  if (!now && fresh) fresh = false;
  else await keepAll();
  await (await caches.open(CACHE)).put(LOOK, new Response(wanted));
};

const tidy = async () => {
  const others = (await caches.keys()).filter((name) => name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
  await clients.claim();
};

const inTime = (request) =>
  new Promise((done, failed) => {
    setTimeout(failed, PATIENCE_MS, new Error("no answer in time"));
    fetch(request).then(done, failed);
  });

const page = async (request) => {
  const { pathname } = new URL(request.url);
  const ours = PAGES.includes(pathname) && pathname !== OFFLINE ? await kept(pathname) : undefined;
  try {
    return await (ours ? inTime(request) : fetch(request));
  } catch {
    return ours ?? (await kept(OFFLINE)) ?? Response.error();
  }
};

addEventListener("install", (event) => {
  event.waitUntil(
    keepAll().then(() => {
      fresh = true;
      return skipWaiting();
    }),
  );
});
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("message", (event) => {
  if (typeof event.data?.look === "string") event.waitUntil(look(event.data.look));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/static/")) {
    event.respondWith(kept(url.pathname).then((answer) => answer ?? fetch(request)));
  }
});
