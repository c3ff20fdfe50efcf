// allauth reports a failed passkey only as an event; people need a sentence.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const name = event.detail.exception?.name;
  if (name === "AbortError") return;
  const text = name === "InvalidStateError" ? "This key is registered already. Use another one." : "The passkey was not used. Try again, or choose another way.";
  window.dispatchEvent(new CustomEvent("chartline:alert", { detail: { text } }));
});
