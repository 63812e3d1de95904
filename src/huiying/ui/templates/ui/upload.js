// Photos and sound are added to the demand on the reader's device: large photos smaller, each with a look and a way out.
import { change, load } from "./device.js";

const LONGEST_EDGE = 2400;
const LARGE_BYTES = 1_500_000;
const QUALITY = 0.86;
const THUMB = 160;
const TAKEN = /^(image\/(jpeg|png|webp)|audio\/|video\/(mp4|quicktime)|application\/pdf)/;

const put = (words, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);

const sizeOf = (bytes) =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

const drawn = async (picture, edge) => {
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas;
};

const jpeg = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));

/** A file as it is kept: a large photo smaller, with a small picture of it. */
const prepared = async (file) => {
  const kept = { name: file.name, blob: file, picture: "" };
  if (!file.type.startsWith("image/")) return kept;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    kept.picture = (await drawn(picture, THUMB)).toDataURL("image/jpeg", QUALITY);
    if (file.size > LARGE_BYTES || Math.max(picture.width, picture.height) > LONGEST_EDGE) {
      const smaller = await jpeg(await drawn(picture, LONGEST_EDGE));
      if (smaller && smaller.size < file.size) {
        Object.assign(kept, { blob: smaller, name: file.name.replace(/\.\w+$/, "") + ".jpg" });
      }
    }
  } catch {
    // what the browser cannot draw goes as it is: the server looks at it anyway
  }
  return kept;
};

const dataUrl = (blob) =>
  new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });

const show = (upload, files) => {
  const list = upload.querySelector("[data-upload-list]");
  const model = document.querySelector("[data-upload-template]").content.firstElementChild;
  const items = files.map((file, place) => {
    const item = model.cloneNode(true);
    item.querySelector(".upload-name").textContent = file.name;
    item.querySelector(".upload-size").textContent = sizeOf(file.blob.size);
    if (file.picture) Object.assign(item.querySelector("img"), { src: file.picture, hidden: false });
    const sound = item.querySelector("audio");
    if (file.blob.type.startsWith("audio/")) dataUrl(file.blob).then((src) => Object.assign(sound, { src, hidden: false }));
    else sound.remove();
    const remove = item.querySelector("[data-upload-remove]");
    remove.setAttribute("aria-label", put(upload.dataset.wordsRemove, { name: file.name }));
    remove.addEventListener("click", () => takeOut(upload, place));
    return item;
  });
  list.replaceChildren(...items);
  list.hidden = !items.length;
};

const takeOut = async (upload, place) => {
  const demand = await change((one) => one.files.splice(place, 1));
  show(upload, demand.files);
  upload.querySelector("[data-upload-status]").textContent = put(upload.dataset.wordsAdded, { n: demand.files.length });
  upload.querySelector("input").focus();
};

const add = async (upload, chosen) => {
  const words = upload.dataset;
  const said = [];
  const files = [];
  for (const file of chosen) {
    const one = await prepared(file);
    if (!TAKEN.test(file.type)) said.push(put(words.wordsKind, { name: file.name }));
    else if (one.blob.size > Number(words.mostBytes)) said.push(put(words.wordsLarge, { name: file.name }));
    else files.push(one);
  }
  const most = Number(words.most);
  const demand = await change((one) => {
    if (one.files.length + files.length > most) said.push(put(words.wordsMany, { most }));
    one.files = [...one.files, ...files].slice(0, most);
  });
  show(upload, demand.files);
  said.push(put(words.wordsAdded, { n: demand.files.length }));
  upload.querySelector("[data-upload-status]").textContent = said.join(" ");
};

document.addEventListener("change", async (event) => {
  const upload = event.target.closest?.("form[data-ready] [data-upload]");
  if (!upload || event.target.type !== "file") return;
  const chosen = [...event.target.files];
  event.target.value = "";
  await add(upload, chosen);
});

const start = async () => {
  const upload = document.querySelector("form[data-draft] [data-upload]");
  if (!upload) return;
  try {
    show(upload, (await load())?.files ?? []);
    upload.dataset.live = "";
  } catch {
    // a browser that keeps nothing: files are sent with the form, as without script
  }
};
start();
