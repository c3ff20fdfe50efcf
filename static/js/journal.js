// What was done and is not on the server yet: on this machine's disk, in order, sealed so that only its author reads it.
// The key comes from the server to whoever is signed in and is nowhere but in this page's memory.
import { renewCsrfToken } from "./session.js";

const STORE = "actions";
const KEYS_WITHIN = 5000; // ms
const bytes = (data) => new TextEncoder().encode(JSON.stringify(data));
let database, keys;
let own; // the key of this page's person: it seals as long as the page lives, whoever is signed in by then

/** Whose page this is: the name of the key that seals here, whoever is signed in by now. */
const page = () => document.querySelector("unsent-work");

/** A sealed action vouches for its place too: it cannot be moved to another chart. */
const cipher = ({ iv, person, series, place, encounter, stage, assignment, base }) =>
  ({ name: "AES-GCM", iv, additionalData: bytes([person, series, place, encounter, stage, assignment, base]) });

/** The keys of whoever is signed in, by name; with them comes the token of their session. */
export const askKeys = () => (keys ??= fetchKeys().catch((error) => {
  keys = undefined;
  throw error;
}));

async function fetchKeys() {
  const response = await fetch(page().getAttribute("key-url"), { headers: { "X-Background": "1" }, redirect: "error", signal: AbortSignal.timeout(KEYS_WITHIN) });
  if (!response.ok) throw new Error(response.status);
  const told = await response.json();
  renewCsrfToken(told.csrf);
  const found = new Map(await Promise.all(told.keys.map(async ({ name, secret }) =>
    [name, await crypto.subtle.importKey("raw", Uint8Array.from(atob(secret), (one) => one.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"])])));
  own ??= found.get(page().getAttribute("person"));
  return found;
}

/** Whether whoever is signed in now is the person of this page. */
export async function isOwners() {
  keys = undefined;
  return (await askKeys()).has(page().getAttribute("person"));
}

const opened = () => (database ??= new Promise((done, failed) => {
  const asked = indexedDB.open("chartline-journal", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: ["series", "place"] });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
}));

/** One transaction; the answer of its request, once it is on the disk. */
async function within(mode, act) {
  const transaction = (await opened()).transaction(STORE, mode, { durability: "strict" });
  const request = act(transaction.objectStore(STORE));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
  });
}

/** Seal an action and write it down; `content` is what nobody else may read. */
export async function keep(action, content) {
  const row = { ...action, person: page().getAttribute("person"), iv: crypto.getRandomValues(new Uint8Array(12)) };
  row.sealed = await crypto.subtle.encrypt(cipher(row), own ?? (await askKeys()).get(row.person), bytes(content));
  await within("readwrite", (store) => store.put(row));
}

/** The server has what was done in a series up to a place. */
export const forget = (series, place) => within("readwrite", (store) => store.delete(IDBKeyRange.bound([series, 0], [series, place])));

/** Whether nothing at all lies here, of whomever. */
export const isEmpty = async () => !(await within("readonly", (store) => store.count()));

/** What the person who is signed in has left here, by series and in order; what is somebody else's stays as it is. */
export async function left() {
  const mine = await askKeys();
  const series = new Map();
  for (const row of await within("readonly", (store) => store.getAll())) if (mine.has(row.person)) series.set(row.series, [...(series.get(row.series) ?? []), row]);
  return series;
}

/** An action with its content; an error for one that was changed or moved. */
export async function unsealed(row) {
  const clear = await crypto.subtle.decrypt(cipher(row), (await askKeys()).get(row.person), row.sealed);
  return { ...row, ...JSON.parse(new TextDecoder().decode(clear)) };
}
