// A page of the benches that came as text: made ready beside the one that is seen, then put in its place.
import { announceKeys } from "./keys.js";
import { markBenchTab, settle } from "./shell.js";
import { hush, make } from "./session.js";

const root = document.documentElement;
const brought = new Set([...document.querySelectorAll('script[type="module"][src]')].map(({ src }) => src));

/** Take a page apart; nothing if it cannot stand in place of another: a sign-in page, or one with scripts of its own kind. */
export function benchOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.getElementById("main");
  const scripts = [...page.querySelectorAll("script[src]")];
  if (!main || main.matches(".entrance") || scripts.some(({ type }) => type !== "module")) return undefined;
  const whole = (name) => (element) => new URL(element.getAttribute(name), document.baseURI).href;
  return { main, title: page.title, images: new Map(), styles: [...page.querySelectorAll('link[rel="stylesheet"]')].map(whole("href")), scripts: scripts.map(whole("src")) };
}

/** Bring the styles and elements that it needs and this page has not; throws if they belong to a newer version of the site. */
export async function prepare({ styles, scripts }) {
  const known = new Set([...document.querySelectorAll('link[rel="stylesheet"]')].map(({ href }) => href));
  await Promise.all(styles.filter((href) => !known.has(href)).map((href) => new Promise((done, failed) => {
    const link = make("link", { rel: "stylesheet", href });
    link.addEventListener("load", done);
    link.addEventListener("error", failed);
    document.head.append(link);
  })));
  for (const src of scripts) {
    if (brought.has(src)) continue;
    await import(src);
    brought.add(src);
  }
}

/** Show it under its address; what was there before, out of the page. */
export function show({ main, title, images }, url, { push = true } = {}) {
  document.adoptNode(main);
  for (const [id, image] of images) main.querySelector(`#${id} img`)?.replaceWith(image);
  const old = put(main, title, url, { push });
  settle(main);
  if (!main.querySelector("[data-focus]")) focusFirst(main);
  return old;
}

/** Put a part that was taken out of the page back as it was. */
export function putBack(main, title, url) {
  const old = put(main, title, url, { push: true });
  announceKeys(main);
  focusFirst(main);
  return old;
}

function put(main, title, url, { push }) {
  const old = document.getElementById("main");
  if (push) history.pushState({ bench: true }, "", url);
  document.title = title;
  old.replaceWith(main);
  hush();
  root.scrollTop = 0;
  for (const field of document.querySelectorAll('[data-appearance] [name="next"]')) field.value = location.pathname;
  markBenchTab();
  return old;
}

/** The first code, the first field, or the page itself: what the next key belongs to. */
function focusFirst(main) {
  const first = main.querySelector('[data-row][aria-current="true"]') ?? main.querySelector("[autofocus]") ?? main;
  first.focus({ preventScroll: true });
}
