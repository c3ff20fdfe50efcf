// Sends one file: a small one in one request, a large one in parts that are kept, so that a cut costs one part at most.
// Nothing is remembered in the browser: the server knows what is unfinished, and the same file chosen again goes on there.
import { csrfToken } from "./session.js";

const WAITS = [1, 2, 4, 8, 15, 30, 30, 30]; // seconds before attempt 2, 3, …; after the last one a person decides
const SMALLEST = 256 * 1024; // bytes of a part on a bad line
const SILENT = 120_000; // ms after which a request without an answer is given up

/** The file was not received; `state` is "refused" (no use to try again), "failed", "locked" or "stopped". */
export class NotSent extends Error {
  constructor(state, detail = "") {
    super(detail);
    this.state = state;
  }
}

/** One worker hashes for all files; each file's answers come in the order of its questions. */
export class Hasher {
  #waiting = new Map();
  #next = 0;

  constructor(url) {
    this.worker = new Worker(url);
    this.worker.addEventListener("message", ({ data }) => this.#waiting.get(data.id)(data.hash));
  }

  file() {
    const id = (this.#next += 1);
    const ask = (question) => new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.worker.postMessage({ id, ...question });
    });
    return { add: (bytes, from = 0) => ask({ bytes, from }), end: () => ask({ end: true }) };
  }

  async once(bytes) {
    const whole = this.file();
    await whole.add(bytes, bytes.byteLength);
    return whole.end();
  }
}

export class FileSender {
  #stop = null;
  #request = null;

  /** `urls` has `file` and `uploads`; `known` are the unfinished uploads of the batch, taken from when one fits. */
  constructor(file, { urls, key, hasher, partBytes, known, onSent }) {
    Object.assign(this, { file, urls, key, hasher, partBytes, known, onSent, upload: null, largest: partBytes });
  }

  stop() {
    this.#stop?.();
    this.#request?.abort();
  }

  /** The server's receipt {outcome, detail, chart}; NotSent otherwise. */
  async send() {
    const stopped = new Promise((_resolve, reject) => { this.#stop = () => reject(new NotSent("stopped")); });
    stopped.catch(() => {});
    this.stopped = stopped;
    return this.file.size <= this.partBytes ? this.#whole() : this.#parts();
  }

  /** Forget what has arrived of the file, here and on the server. */
  async giveUp() {
    this.stop();
    await this.#abandon();
  }

  async #abandon() {
    const url = this.upload?.abandon_url;
    this.upload = null;
    if (url) await this.#ask("POST", url).catch(() => {});
  }

  async #whole() {
    const hash = await this.hasher.once(await this.#read(0));
    const body = new FormData();
    body.append("file", this.file);
    return this.#persist(() => this.#ask("POST", this.urls.file, { body, headers: { "X-Content-SHA256": hash, "Idempotency-Key": this.key }, sentBefore: 0 }));
  }

  async #parts(again = false) {
    const hashing = this.hasher.file();
    let bytes = await this.#read(0);
    const head = await hashing.add(bytes);
    this.upload ??= this.#unfinished(head) ?? await this.#begin();
    let stands = (await this.#persist(() => this.#ask("GET", this.upload.url))).offset;
    for (let offset = 0; offset < this.file.size; offset += this.partBytes) {
      if (offset) bytes = await this.#read(offset);
      const from = Math.max(0, stands - offset);
      const hash = offset ? await hashing.add(bytes, Math.min(from, bytes.byteLength)) : head;
      if (from < bytes.byteLength) stands = await this.#part(bytes, offset, stands, from && !offset ? "" : hash);
      this.onSent(Math.min(stands, this.file.size));
    }
    const sha256 = await hashing.end();
    try {
      return await this.#persist(() => this.#ask("POST", this.upload.complete_url, { body: new URLSearchParams({ sha256 }) }));
    } catch (trouble) {
      if (trouble.code !== "file_differs" || again) throw trouble;
      await this.#abandon(); // other bytes came before: from the beginning, once
      return this.#parts(true);
    }
  }

  /** Send what of these bytes (they begin at `offset`) is not there yet; where the file stands afterwards. */
  async #part(bytes, offset, stands, hash) {
    for (let attempt = 0; stands < offset + bytes.byteLength;) {
      const piece = bytes.slice(stands - offset, stands - offset + this.largest);
      if (piece.byteLength < bytes.byteLength) hash = "";
      const headers = { "Content-Type": "application/octet-stream", "Upload-Offset": stands, "X-Content-SHA256": hash || await this.hasher.once(piece) };
      try {
        stands = (await this.#race(this.#ask("PATCH", this.upload.url, { body: piece, headers, sentBefore: stands }))).offset;
        attempt = 0;
        this.largest = Math.min(2 * this.largest, this.partBytes);
      } catch (trouble) {
        if (trouble.code !== "wrong_offset") {
          await this.#wait(trouble, attempt);
          attempt += 1;
          this.largest = Math.max(SMALLEST, this.largest / 2); // on a bad line small parts come through
        }
        const { offset: found } = await this.#persist(() => this.#ask("GET", this.upload.url));
        if (found !== stands) hash = "";
        stands = found;
        if (stands < offset) throw new NotSent("refused", "What had arrived is gone. Remove the file here and choose it again.");
      }
    }
    return stands;
  }

  async #begin() {
    return this.#persist(() => this.#ask("POST", this.urls.uploads, { body: new URLSearchParams({ name: this.file.name, size: this.file.size }) }));
  }

  #unfinished(head) {
    const fits = this.known.filter((one) => one.size === this.file.size && one.head === head);
    const found = fits.find((one) => one.name === this.file.name) ?? fits[0];
    if (found) this.known.splice(this.known.indexOf(found), 1);
    return found;
  }

  async #read(offset) {
    try {
      return await this.file.slice(offset, offset + this.partBytes).arrayBuffer();
    } catch {
      throw new NotSent("failed", "It can no longer be read here. Was it moved or changed? Choose it again.");
    }
  }

  /** Ask until there is an answer. */
  async #persist(ask) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#race(ask());
      } catch (trouble) {
        await this.#wait(trouble, attempt);
      }
    }
  }

  #race(work) {
    return Promise.race([work, this.stopped]);
  }

  /** The pause before the next attempt, cut short when the network comes back; the trouble itself if none helps. */
  async #wait(trouble, attempt) {
    if (trouble.state !== "again") throw trouble;
    if (attempt >= WAITS.length) throw new NotSent("failed", "The connection failed. What had arrived is kept.");
    this.onSent(null);
    const time = 1000 * WAITS[attempt] * (0.5 + Math.random() / 2);
    await this.#race(new Promise((resolve) => { setTimeout(resolve, time); addEventListener("online", resolve, { once: true }); }));
  }

  #ask(method, url, { body = null, headers = {}, sentBefore = null } = {}) {
    const request = new XMLHttpRequest();
    this.#request = request;
    return new Promise((resolve, reject) => {
      request.open(method, url);
      request.responseType = "json";
      request.timeout = SILENT;
      for (const [name, value] of Object.entries({ Accept: "application/json", "X-CSRFToken": csrfToken(), ...headers })) request.setRequestHeader(name, value);
      if (sentBefore !== null) request.upload.addEventListener("progress", ({ loaded }) => this.onSent(Math.min(sentBefore + loaded, this.file.size)));
      for (const type of ["error", "timeout"]) request.addEventListener(type, () => reject(new NotSent("again")));
      request.addEventListener("abort", () => reject(new NotSent("stopped")));
      request.addEventListener("load", () => this.#answered(request, resolve, reject));
      request.send(body);
    });
  }

  #answered({ status, response }, resolve, reject) {
    if (status < 300) { resolve(response ?? {}); return; }
    const code = response?.code;
    const passing = status >= 500 || status === 429 || ["upload_busy", "part_differs", "cut_off"].includes(code);
    const state = { 423: "locked", 401: "failed" }[status] ?? (passing ? "again" : "refused");
    const words = { 401: "You were signed out. Sign in and choose the file again; it goes on where it stopped.", 413: "Too large for the server." };
    reject(Object.assign(new NotSent(state, response?.detail ?? words[status] ?? "Not taken."), { code, answer: response }));
  }
}
