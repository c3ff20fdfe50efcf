// Small images of all pages, each the way to its page. Fetched when somebody opens them.
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
