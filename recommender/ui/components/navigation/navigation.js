// Draws the ways of navigation.py, and opens and closes the menu that they are on a phone.

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(name);
  const button = part(".menu");
  const list = part(".ways");

  const open = (isOpen) => {
    list.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };

  const home = part(".wordmark");
  home.href = data.home;
  home.onclick = (event) => follow(event, home, open);

  list.replaceChildren(
    ...data.ways.map((way) => {
      const entry = document.createElement("li");
      const anchor = document.createElement("a");
      anchor.textContent = way.label;
      anchor.href = way.href;
      if (way.current) anchor.setAttribute("aria-current", "page");
      anchor.onclick = (event) => follow(event, anchor, open);
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

// Goes where the browser's own Back and Forward would take the page, as the gallery does.
function follow(event, anchor, open) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  open(false);
  window.history.pushState({}, "", anchor.getAttribute("href"));
  window.dispatchEvent(new PopStateEvent("popstate"));
  document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
}
