// The way from page to page besides one by one: small images of all, and from document to document. Fetched when it is used.
import { make } from "./session.js";

/** Fill the menu; `seen` has the ids of pages that were read, `go` shows one. */
export function fill(menu, { figures, current, seen, go }) {
  const list = menu.querySelector("ul");
  const back = menu.closest("page-viewer").querySelector(".pane-body");
  if (!list.children.length) {
    list.append(...figures.map((figure) => {
      const { width, height } = figure.querySelector("img");
      const image = make("img", { src: figure.dataset.small, alt: "", loading: "lazy", decoding: "async", width, height });
      const button = make("button", { type: "button" }, image, make("span", {}, `Page ${figure.dataset.number}`));
      button.addEventListener("click", () => {
        menu.open = false;
        go(figure);
        back.focus({ preventScroll: true });
      });
      return make("li", {}, button);
    }));
  }
  [...list.querySelectorAll("button")].forEach((button, at) => {
    const isRead = seen.has(figures[at].id);
    button.toggleAttribute("data-unread", !isRead);
    button.ariaDescription = isRead ? null : "not read yet";
    if (figures[at] === current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  });
  list.querySelector('[aria-current="true"]')?.focus();
}

/** Show the first page of the document after this one, or before it. */
export function goDocument(step, { figures, current, go }) {
  const firsts = figures.filter((figure, at) => figure.dataset.document !== figures[at - 1]?.dataset.document);
  const own = firsts.findLastIndex((figure) => figures.indexOf(figure) <= figures.indexOf(current));
  go(firsts[Math.max(0, Math.min(firsts.length - 1, own + step))]);
}
