// <ready-by hours="24" zone="America/Chicago"> around a <time>: says when a batch sent now would be ready, as time passes.

class ReadyBy extends HTMLElement {
  #timer;

  connectedCallback() {
    this.#timer = setInterval(() => this.#show(), 15_000);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const at = new Date(Date.now() + 3_600_000 * Number(this.getAttribute("hours")));
    const form = { weekday: "short", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.getAttribute("zone"), timeZoneName: "short" };
    const part = Object.fromEntries(new Intl.DateTimeFormat("en-US", form).formatToParts(at).map(({ type, value }) => [type, value]));
    const time = this.querySelector("time");
    const text = `${part.weekday} ${part.month} ${part.day}, ${part.hour}:${part.minute} ${part.timeZoneName}`;
    if (time.textContent !== text) { time.textContent = text; time.dateTime = at.toISOString(); }
  }
}
customElements.define("ready-by", ReadyBy);
