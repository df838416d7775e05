/* A picture on its way to the server: told what it is, shrunk, sent in pieces, gone on with where it stopped.
   A picture that is none is refused in words; what it says of place and time travels with it (exif.js). */
import { el } from "../core/dom.js";
import { call, faultOf } from "../core/http.js";
import { sha256 } from "../core/sha256.js";
import { others } from "../core/stale.js";
import { t } from "../core/words.js";
import { exifInto, exifOf } from "./exif.js";

const LONGEST = 1600; // pixels of the longer side
const QUALITY = 0.82;
const PIECE = 192 * 1024;
const TRIES = 4;
/** @param {Uint8Array} bytes @param {...number} given */
const starts = (bytes, ...given) => given.every((byte, at) => byte === null || bytes[at] === byte);
/** @param {Uint8Array} bytes @param {number} from @param {number} to */
const ascii = (bytes, from, to) => String.fromCharCode(...bytes.subarray(from, to));

/* ---- what it is, by its own bytes: names and types of files lie ---- */
/** @type {[string, (bytes: Uint8Array) => boolean][]} */
const KINDS = [
  ["jpeg", (bytes) => starts(bytes, 0xff, 0xd8, 0xff)],
  ["png", (bytes) => starts(bytes, 0x89, 0x50, 0x4e, 0x47)],
  ["webp", (bytes) => ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 12) === "WEBP"],
  ["heic", (bytes) => ascii(bytes, 4, 8) === "ftyp" && /^(hei|hev|mif1|msf1|avi)/.test(ascii(bytes, 8, 12))],
];
/** @type {Record<string, Word>} */
const REFUSED = {
  heic: () => t("这张是 HEIC 格式，系统不收；请在手机“设置 › 相机 › 格式”里选“兼容性最佳”，再拍一张"),
  other: () => t("这不是照片；只收 JPEG、PNG、WebP"),
  broken: () => t("这张照片打不开，可能已损坏；请再拍一张"),
};
/** @param {Uint8Array} bytes */
const kindOf = (bytes) => (KINDS.find(([, test]) => test(bytes)) || ["other", null])[0];
class Refused extends Error {}

/* A file as a JPEG of at most 1600 pixels that still says where and when: {blob, name}; Refused in words. */
/** @param {File} file */
const prepare = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  if (kind in REFUSED) throw new Refused(REFUSED[kind]());
  let picture;
  try {
    picture = await createImageBitmap(new Blob([bytes], { type: "image/" + kind }), { imageOrientation: "from-image" });
  } catch (_broken) {
    throw new Refused(REFUSED.broken());
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = el("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.fillStyle = "#fff";
  brush.fillRect(0, 0, canvas.width, canvas.height);
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const drawn = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  const said = kind === "jpeg" ? exifOf(bytes) : null;
  const jpeg = said ? exifInto(new Uint8Array(await drawn.arrayBuffer()), said) : drawn;
  return { blob: new Blob([jpeg], { type: "image/jpeg" }), name: file.name || "" };
};

/* ---- sending ---- */
/* Send a picture in pieces and return its id. `more` are headers of who sends; `step(part 0…1)` hears how far it is.
   Refused when the server says no; another error when the link was lost: asked again, it goes on where it was. */
/** @param {Blob} blob @param {Record<string, string>} more @param {((part: number) => void) | null} step */
const upload = async (blob, more, step) => {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const begun = await call("/api/v1/uploads", { headers: more, body: { size: bytes.length, sha256: sha256(bytes) } });
  if (!begun.ok) throw failed(begun);
  let { id, offset, photo } = begun.said;
  while (!photo) {
    if (step) step(offset / bytes.length);
    const piece = bytes.slice(offset, offset + PIECE);
    const sent = await call("/api/v1/uploads/" + id, {
      method: "PATCH",
      headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset), ...more },
      body: piece,
    });
    if (sent.status === 409 && Number.isInteger(sent.said.offset) && sent.said.offset !== offset) {
      offset = sent.said.offset;
      continue;
    }
    if (!sent.ok) throw failed(sent);
    ({ offset, photo } = sent.said);
  }
  if (step) step(1);
  return photo.id;
};
/** @param {Answer} answer */
const failed = (answer) => {
  const words = faultOf(answer.said) || (answer.status ? String(answer.status) : t("没有连上服务器，请再试"));
  const again =
    !answer.status || answer.status >= 500 || answer.status === 429 || answer.status === 401 || others(answer);
  return again ? new Error(words) : new Refused(words);
};

/* The same, tried again some times with longer and longer rests: for pages that do not keep an outbox. */
/** @param {Blob} blob @param {Record<string, string>} more @param {((part: number) => void) | null} step */
const uploadWithPatience = async (blob, more, step) => {
  for (let tries = 1; ; tries++) {
    try {
      return await upload(blob, more, step);
    } catch (error) {
      if (error instanceof Refused || tries >= TRIES) throw error;
      await new Promise((done) => setTimeout(done, 500 * 2 ** tries));
    }
  }
};

export const photo = { prepare, upload, uploadWithPatience, Refused, kindOf };
