// Keeps one unfinished demand on the reader's own device, photos and sound included, and nowhere else.
const DATABASE = "huiying";
const STORE = "demands";
const KEY = "current";
const RECEIPT = "receipt";

const request = (asked) =>
  new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });

let opened;
const open = () => {
  opened ??= (() => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    return request(asked);
  })();
  return opened;
};

const inStore = async (mode, act) => {
  const database = await open();
  return request(act(database.transaction(STORE, mode).objectStore(STORE)));
};

/** The demand on this device: {key, fields, labels, files, at, waiting}, or undefined. */
export const load = () => inStore("readonly", (store) => store.get(KEY));
export const forget = () => inStore("readwrite", (store) => store.delete(KEY));
const keep = (demand) => inStore("readwrite", (store) => store.put(demand, KEY));

/** The address of a receipt that has not been seen yet, or undefined. */
export const receipt = () => inStore("readonly", (store) => store.get(RECEIPT));
export const receiptSeen = () => inStore("readwrite", (store) => store.delete(RECEIPT));

/** A new demand with the key that makes sending it twice the same as sending it once. */
const begin = () => ({
  key: [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
  fields: {},
  labels: {},
  files: [],
  at: Date.now(),
  waiting: false,
});

let last = Promise.resolve();
/** Change the demand on this device, one change after another; begins one where there is none. Returns it. */
export const change = (edit) => {
  last = last.then(async () => {
    const demand = (await load()) ?? begin();
    edit(demand);
    demand.at = Date.now();
    await keep(demand);
    return demand;
  });
  return last;
};

/** Whether anything was written or chosen. */
export const isEmpty = (demand) =>
  !demand || (!demand.waiting && !demand.files.length && !Object.values(demand.fields).some(Boolean));

// A cached page's token may be of an older cookie: the one of a page that comes now is right.
const freshToken = async (url) => {
  const answer = await fetch(url, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("[name=csrfmiddlewaretoken]").value;
};

const post = (url, body, told) =>
  new Promise((done, failed) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", url);
    sending.upload.onprogress = (event) => told(event.lengthComputable ? (100 * event.loaded) / event.total : 0);
    sending.onload = () => done(sending);
    sending.onerror = sending.onabort = () => failed(new Error("no network"));
    sending.send(body);
  });

const alone = (act) => (navigator.locks ? navigator.locks.request("huiying-send", act) : act());

/**
 * Send the demand on this device, once however many pages are open. Returns {receipt} with the receipt's address,
 * {refused} with the page that says why, or {} where another page has sent it. Throws where there is no network.
 */
export const send = (url, told = () => {}) =>
  alone(async () => {
    const demand = await load();
    if (isEmpty(demand)) return {};
    const body = new FormData();
    body.append("csrfmiddlewaretoken", await freshToken(url));
    body.append("key", demand.key);
    Object.entries(demand.fields).forEach(([name, value]) => body.append(name, value));
    demand.files.forEach((file) => body.append("files", file.blob, file.name));
    const answer = await post(url, body, told);
    if (answer.status >= 500) throw new Error("the server is out");
    const arrived = new URL(answer.responseURL);
    if (answer.status === 200 && arrived.pathname.startsWith("/r/")) {
      const address = arrived.pathname + arrived.search;
      await inStore("readwrite", (store) => store.put(address, RECEIPT));
      await forget();
      return { receipt: address };
    }
    await change((one) => Object.assign(one, { waiting: false }));
    return { refused: answer.responseText };
  });
