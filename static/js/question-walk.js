// <question-walk> around the open questions: the key for the next question goes from answer to answer, and round again.
class QuestionWalk extends HTMLElement {
  connectedCallback() {
    this.dataset.actions = "thread.question";
    this.addEventListener("chartline:action", () => this.#next());
  }

  #next() {
    const questions = [...this.querySelectorAll(".message")];
    if (!questions.length) return;
    const now = questions.findIndex((question) => question.contains(document.activeElement));
    const next = questions[(now + 1) % questions.length];
    (next.querySelector("textarea, .actions a") ?? next).focus();
  }
}

customElements.define("question-walk", QuestionWalk);
