// Draws the breadcrumbs, and the links onward.

import { follow } from "../follow.js";

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
  made.textContent = made.title = way.label;
  if (isBack) made.className = "back";
  follow(made, way.href);
  return made;
}
