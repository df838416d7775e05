/* SHA-256 in hex (FIPS 180-4) of bytes or of ASCII text. Own, because crypto.subtle is missing on plain http
   intranets. */

/** @param {number} word @param {number} by */
const turn = (word, by) => (word >>> by) | (word << (32 - by));

/* The constants of the standard: fractional parts of the square and cube roots of the first primes. */
/** @type {number[]} */
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
/** @param {number} value */
const fraction = (value) => Math.floor((value - Math.floor(value)) * 0x100000000) >>> 0;
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUND = primes.map((prime) => fraction(Math.cbrt(prime)));

/** @param {Uint8Array | string} given */
export const sha256 = (given) => {
  const at =
    typeof given === "string"
      ? (/** @type {number} */ i) => given.charCodeAt(i)
      : (/** @type {number} */ i) => given[i];
  const length = given.length;
  const words = new Uint32Array((((length + 8) >> 6) + 1) << 4);
  for (let i = 0; i < length; i++) words[i >> 2] |= at(i) << (24 - 8 * (i & 3));
  words[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
  words[words.length - 2] = Math.floor(length / 0x20000000);
  words[words.length - 1] = length << 3;
  const state = Uint32Array.from(START);
  const w = new Uint32Array(64);
  for (let block = 0; block < words.length; block += 16) {
    w.set(words.subarray(block, block + 16));
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15];
      const b = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    const v = Array.from(state);
    for (let i = 0; i < 64; i++) {
      const one =
        (v[7] +
          (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) +
          ((v[4] & v[5]) ^ (~v[4] & v[6])) +
          ROUND[i] +
          w[i]) |
        0;
      const two =
        ((turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))) | 0;
      v.pop();
      v[3] = (v[3] + one) | 0;
      v.unshift((one + two) | 0);
    }
    for (let i = 0; i < 8; i++) state[i] += v[i];
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
};
