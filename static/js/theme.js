// Theme and row height: shown at once, kept by the server.
import { post, say } from "./session.js";

const form = document.querySelector("form[data-appearance]");
if (form) {
  form.querySelector("[data-appearance-apply]").hidden = true;
  form.addEventListener("change", async () => {
    const data = new FormData(form);
    document.documentElement.dataset.theme = data.get("theme");
    document.documentElement.dataset.density = data.get("density");
    try {
      const response = await post(form.action, data);
      say(response.ok ? "Saved" : "Not saved");
    } catch {
      say("Not saved");
    }
  });
}
