/* Where and when a picture says it was taken (EXIF 2.32 in JPEG), read before a picture is shrunk and written into the
   shrunk one as the smallest segment that says the same: the server compares it, nothing of it is kept in the end. */

const HEAD = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif\0\0"
/** @type {Record<string, number>} */
const SIZES = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8 };
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
// DateTimeOriginal, OffsetTimeOriginal; latitude, longitude
const WANTED = { exif: [0x9003, 0x9011], gps: [1, 2, 3, 4] };

/** The TIFF block of a JPEG's APP1, or null. @param {Uint8Array} bytes */
const tiffOf = (bytes) => {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const length = (bytes[at + 2] << 8) | bytes[at + 3];
    if (bytes[at + 1] === 0xe1 && HEAD.every((byte, i) => bytes[at + 4 + i] === byte))
      return bytes.subarray(at + 10, at + 2 + length);
    at += 2 + length;
  }
  return null;
};

/* tag → {type, count, raw: bytes in the block's own order} of the directory at an offset. */
/** @param {DataView} view @param {number} offset @param {boolean} little */
const directory = (view, offset, little) => {
  /** @type {ExifTags} */
  const found = new Map();
  if (offset + 2 > view.byteLength) return found;
  const entries = view.getUint16(offset, little);
  for (let i = 0; i < entries; i++) {
    const at = offset + 2 + 12 * i;
    if (at + 12 > view.byteLength) break;
    const type = view.getUint16(at + 2, little);
    const count = view.getUint32(at + 4, little);
    const size = (SIZES[type] || 0) * count;
    const where = size <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (size && size <= 256 && where + size <= view.byteLength)
      found.set(view.getUint16(at, little), {
        type,
        count,
        value: view.getUint32(at + 8, little),
        raw: new Uint8Array(view.buffer, view.byteOffset + where, size),
      });
  }
  return found;
};

/* What a JPEG says of its place and time: {little, exif: Map, gps: Map}, or null when it says nothing. */
/** @param {Uint8Array} bytes */
export const exifOf = (bytes) => {
  const tiff = tiffOf(bytes);
  if (!tiff || tiff.length < 8) return null;
  const little = tiff[0] === 0x49;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const first = directory(view, view.getUint32(4, little), little);
  /** @param {number} tag @param {number[]} wanted */
  const part = (tag, wanted) => {
    const pointer = first.get(tag);
    const all = pointer ? directory(view, pointer.value, little) : new Map();
    return new Map([...all].filter(([name]) => wanted.includes(name)));
  };
  const found = { little, exif: part(EXIF_IFD, WANTED.exif), gps: part(GPS_IFD, WANTED.gps) };
  return found.exif.size || found.gps.size ? found : null;
};

/** The APP1 segment that says the same. @param {Exif} given */
const segment = ({ little, exif, gps }) => {
  /** @type {[number, ExifTags][]} */
  const all = [
    [EXIF_IFD, exif],
    [GPS_IFD, gps],
  ];
  const parts = all.filter(([, tags]) => tags.size);
  const heads = [2 + 12 * parts.length + 4, ...parts.map(([, tags]) => 2 + 12 * tags.size + 4)];
  let free = 8 + heads.reduce((sum, one) => sum + one, 0);
  const bytes = new Uint8Array(free + 512);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, parts.length, little);
  let offset = 8 + heads[0];
  parts.forEach(([pointer, tags], i) => {
    const at = 10 + 12 * i;
    view.setUint16(at, pointer, little);
    view.setUint16(at + 2, 4, little);
    view.setUint32(at + 4, 1, little);
    view.setUint32(at + 8, offset, little);
    view.setUint16(offset, tags.size, little);
    [...tags]
      .sort(([one], [other]) => one - other)
      .forEach(([tag, { type, count, raw }], k) => {
        const entry = offset + 2 + 12 * k;
        view.setUint16(entry, tag, little);
        view.setUint16(entry + 2, type, little);
        view.setUint32(entry + 4, count, little);
        if (raw.length <= 4) bytes.set(raw, entry + 8);
        else {
          view.setUint32(entry + 8, free, little);
          bytes.set(raw, free);
          free += raw.length;
        }
      });
    offset += heads[i + 1];
  });
  const body = bytes.subarray(0, free);
  const length = 2 + HEAD.length + body.length;
  return new Uint8Array([0xff, 0xe1, length >> 8, length & 255, ...HEAD, ...body]);
};

/** A JPEG without metadata as one that says place and time. @param {Uint8Array} jpeg @param {Exif} said */
export const exifInto = (jpeg, said) => {
  const made = segment(said);
  const whole = new Uint8Array(jpeg.length + made.length);
  whole.set(jpeg.subarray(0, 2));
  whole.set(made, 2);
  whole.set(jpeg.subarray(2), 2 + made.length);
  return whole;
};
