// Draws the links of trail.py.

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector("ol");
  const steps = data.steps.map((step, position) => entry(anchor(step, position === 0)));
  const here = document.createElement("span");
  here.className = "here";
  here.textContent = here.title = data.here;
  here.setAttribute("aria-current", "page");
  list.replaceChildren(...steps, ...(data.here ? [entry(here)] : []));
  parentElement.querySelector(".onward").replaceChildren(...data.onward.map((way) => anchor(way)));
}

function entry(content) {
  const item = document.createElement("li");
  item.append(content);
  return item;
}

function anchor(way, isBack = false) {
  const made = document.createElement("a");
  made.href = way.href;
  made.textContent = made.title = way.label;
  if (isBack) made.className = "back";
  made.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    window.history.pushState({}, "", made.getAttribute("href"));
    window.dispatchEvent(new PopStateEvent("popstate"));
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  };
  return made;
}
