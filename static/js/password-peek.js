// <password-peek> around a password input: a Show button. Pasting and password managers work as ever.
import { make } from "./session.js";

class PasswordPeek extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return;
    const input = this.querySelector("input");
    const button = make("button", { type: "button", "aria-label": "Show password" }, "Show");
    const set = (visible) => {
      input.type = visible ? "text" : "password";
      button.textContent = visible ? "Hide" : "Show";
      button.setAttribute("aria-label", visible ? "Hide password" : "Show password");
    };
    button.addEventListener("click", () => set(input.type === "password"));
    input.form?.addEventListener("submit", () => set(false));
    this.append(button);
  }
}
customElements.define("password-peek", PasswordPeek);
