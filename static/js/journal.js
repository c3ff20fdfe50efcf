// What was done and is not on the server yet: on this machine's disk, in order, sealed so that only its author reads it.
// The key comes from the server to whoever is signed in and is nowhere but in this page's memory.
import { renewCsrfToken } from "./session.js";

const STORE = "actions";
const KEYS_WITHIN = 5000; // ms
const text = new TextEncoder();
let database, keys;

/** Whose page this is: the name of the key that seals here, whoever is signed in by now. */
const owner = () => document.querySelector("unsent-work").getAttribute("person");

/** What a sealed action vouches for besides its content: it cannot be moved to another chart or another place. */
const bound = (row) => text.encode(JSON.stringify([row.person, row.series, row.place, row.encounter, row.stage, row.assignment, row.base]));

/** The keys of whoever is signed in, by name; with them comes the token of their session. */
export function askKeys({ again = false } = {}) {
  if (again) keys = undefined;
  keys ??= fetchKeys().catch((error) => {
    keys = undefined;
    throw error;
  });
  return keys;
}

async function fetchKeys() {
  const url = document.querySelector("unsent-work").getAttribute("key-url");
  const response = await fetch(url, { headers: { "X-Background": "1", Accept: "application/json" }, redirect: "error", credentials: "same-origin", signal: AbortSignal.timeout(KEYS_WITHIN) });
  if (!response.ok) throw new Error(String(response.status));
  const told = await response.json();
  renewCsrfToken(told.csrf);
  const imported = told.keys.map(async ({ name, secret }) => {
    const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
    return [name, await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"])];
  });
  return new Map(await Promise.all(imported));
}

const opened = () => (database ??= new Promise((done, failed) => {
  const asked = indexedDB.open("chartline-journal", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: ["series", "place"] });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
}));

/** One transaction; the answer of its request, once it is on the disk. */
async function within(mode, act) {
  const journal = await opened();
  return new Promise((done, failed) => {
    const transaction = journal.transaction(STORE, mode, { durability: "strict" });
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
  });
}

/** Seal an action and write it down; `content` is what nobody else may read. */
export async function keep({ series, place, encounter, stage, assignment, base }, content) {
  const person = owner();
  const key = (await askKeys()).get(person);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const row = { series, place, person, encounter, stage, assignment, base, iv };
  row.sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(row) }, key, text.encode(JSON.stringify(content)));
  await within("readwrite", (store) => store.put(row));
}

/** Whether whoever is signed in now is the person of this page. */
export const isOwners = async () => (await askKeys({ again: true })).has(owner());

/** The server has what was done in a series up to a place. */
export const forget = (series, place) => within("readwrite", (store) => store.delete(IDBKeyRange.bound([series, 0], [series, place])));

/** Whether anything at all lies here, of whomever. */
export const isEmpty = async () => !(await within("readonly", (store) => store.count()));

/** What the person who is signed in has left here, by series and in order; what is somebody else's stays as it is. */
export async function left() {
  const [rows, mine] = await Promise.all([within("readonly", (store) => store.getAll()), askKeys()]);
  const series = new Map();
  for (const row of rows) if (mine.has(row.person)) series.set(row.series, [...(series.get(row.series) ?? []), row]);
  return series;
}

/** An action with its content; an error for one that was changed or moved. */
export async function unsealed(row) {
  const key = (await askKeys()).get(row.person);
  const clear = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: bound(row) }, key, row.sealed);
  return { ...row, ...JSON.parse(new TextDecoder().decode(clear)) };
}
