// Draws the links to the pages, and opens and closes the menu that they form on a phone.

import { follow, scrollToTop } from "../follow.js";

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(name);
  const button = part(".menu");
  const list = part(".ways");

  const open = (isOpen) => {
    list.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };

  const leave = () => {
    open(false);
    scrollToTop();
  };

  follow(part(".wordmark"), data.home, leave);

  list.replaceChildren(
    ...data.ways.map((way) => {
      const entry = document.createElement("li");
      const anchor = document.createElement("a");
      anchor.textContent = way.label;
      if (way.is_current) anchor.setAttribute("aria-current", "page");
      follow(anchor, way.href, leave);
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
