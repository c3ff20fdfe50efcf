// Small images of all pages, each the way to its page. Fetched when somebody opens them.
import { make } from "./session.js";

/** Fill the menu; `go` shows a page. */
export function fill(menu, figures, current, go) {
  const buttons = figures.map((figure) => {
    const image = make("img", { src: figure.dataset.small, alt: "", loading: "lazy" });
    const button = make("button", { type: "button", "aria-current": figure === current && "true" }, image, make("span", {}, `Page ${figure.dataset.number}`));
    button.addEventListener("click", () => {
      menu.open = false;
      go(figure);
    });
    return button;
  });
  menu.querySelector("ul").replaceChildren(...buttons.map((button) => make("li", {}, button)));
  buttons[figures.indexOf(current)].focus();
}
