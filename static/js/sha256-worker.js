// A worker that hashes files as they are read: WebCrypto takes only whole buffers, and a scan may have 200 MB.
// In: {id, bytes, from} adds the bytes to file `id` and answers {id, hash} of those from `from` on;
//     {id, end: true} answers {id, hash} of all bytes of the file and forgets it.

const primes = [];
for (let number = 2; primes.length < 64; number += 1) if (primes.every((prime) => number % prime)) primes.push(number);
const fraction = (root) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const FIRST = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime))); // FIPS 180-4, 5.3.3
const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime))); // 4.2.2
const W = new Int32Array(64);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

class Sha256 {
  state = Int32Array.from(FIRST);
  rest = new Uint8Array(64);
  held = 0;
  length = 0;

  add(bytes) {
    this.length += bytes.length;
    let place = 0;
    if (this.held) {
      place = Math.min(64 - this.held, bytes.length);
      this.rest.set(bytes.subarray(0, place), this.held);
      this.held += place;
      if (this.held < 64) return;
      this.#blocks(this.rest, 0, 64);
      this.held = 0;
    }
    const end = bytes.length - ((bytes.length - place) % 64);
    this.#blocks(bytes, place, end);
    this.rest.set(bytes.subarray(end), 0);
    this.held = bytes.length - end;
  }

  end() {
    const bits = this.length * 8;
    const tail = new Uint8Array(this.held < 56 ? 64 - this.held : 128 - this.held);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    this.add(tail);
    const out = new DataView(new ArrayBuffer(32));
    this.state.forEach((word, number) => out.setInt32(4 * number, word));
    return hex(new Uint8Array(out.buffer));
  }

  #blocks(bytes, from, to) {
    const { state } = this;
    let [h0, h1, h2, h3, h4, h5, h6, h7] = state;
    for (let place = from; place < to; place += 64) {
      for (let i = 0, at = place; i < 16; i += 1, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      for (let i = 16; i < 64; i += 1) {
        const x = W[i - 15], y = W[i - 2];
        const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
      }
      let a = h0, b = h1, c = h2, d = h3, e = h4, f = h5, g = h6, h = h7;
      for (let i = 0; i < 64; i += 1) {
        const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
        const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      h0 = (h0 + a) | 0; h1 = (h1 + b) | 0; h2 = (h2 + c) | 0; h3 = (h3 + d) | 0;
      h4 = (h4 + e) | 0; h5 = (h5 + f) | 0; h6 = (h6 + g) | 0; h7 = (h7 + h) | 0;
    }
    state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
  }
}

const files = new Map();

async function digest(bytes) {
  if (globalThis.crypto?.subtle) return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const once = new Sha256();
  once.add(bytes);
  return once.end();
}

addEventListener("message", async ({ data: { id, bytes, from, end } }) => {
  if (!files.has(id)) files.set(id, new Sha256());
  const whole = files.get(id);
  if (end) {
    files.delete(id);
    postMessage({ id, hash: whole.end() });
    return;
  }
  const added = new Uint8Array(bytes);
  whole.add(added);
  postMessage({ id, hash: await digest(added.subarray(from ?? 0)) });
});
