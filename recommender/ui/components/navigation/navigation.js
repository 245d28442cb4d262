// Draws the links to the pages, and opens and closes the menu that they form on a phone.

import { follow } from "../follow.js";
import { focusHeading } from "../heading.js";
import { makeSteps } from "../history.js";

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(name);
  const button = part(".menu");
  const list = part(".ways");

  const open = (isOpen) => {
    list.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };

  makeSteps(data.steps);
  makeSkip();
  follow(part(".wordmark"), data.home, () => open(false));

  list.replaceChildren(
    ...data.ways.map((way) => {
      const entry = document.createElement("li");
      const anchor = document.createElement("a");
      anchor.textContent = way.label;
      if (way.is_current) anchor.setAttribute("aria-current", "page");
      follow(anchor, way.href, () => open(false));
      entry.append(anchor);
      return entry;
    }),
  );
  const apart = data.ways.findIndex((way) => way.manages);
  if (apart >= 0) list.children[apart].classList.add("apart");

  button.onclick = () => open(!list.classList.contains("open"));
  parentElement.onkeydown = (event) => {
    if (event.key !== "Escape" || !list.classList.contains("open")) return;
    open(false);
    button.focus();
  };
  const closeOutside = (event) => {
    if (!event.composedPath().includes(parentElement)) open(false);
  };
  document.addEventListener("pointerdown", closeOutside);
  return () => document.removeEventListener("pointerdown", closeOutside);
}

// Streamlit's own link to the content leads before these ways, which it is there to skip.
function makeSkip() {
  const link = document.querySelector('[data-testid="stSkipToContent"]');
  if (!link) return;
  link.onclick = (event) => {
    event.preventDefault();
    event.stopPropagation(); // before Streamlit answers it at the root of its document
    focusHeading();
  };
}
