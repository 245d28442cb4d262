// Copies the page's address; shows the address where the browser denies the clipboard.

const SHOWN_MS = 2000;

export default function ({ parentElement }) {
  const button = parentElement.querySelector("button");
  const status = parentElement.querySelector("[role=status]");
  const say = (text) => {
    button.textContent = status.textContent = text;
    setTimeout(() => {
      button.textContent = "Copy link";
      status.textContent = "";
    }, SHOWN_MS);
  };
  button.onclick = async () => {
    try {
      await navigator.clipboard.writeText(window.location.href);
      say("Copied");
    } catch {
      window.prompt("Copy this link", window.location.href);
    }
  };
}
