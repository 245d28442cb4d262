// One system's answer in compare.py: pictures with a mark in words.

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".found");
  list.setAttribute("aria-label", data.name);
  list.replaceChildren(...data.matches.map(makeEntry));
}

function makeEntry(match) {
  const entry = document.createElement("li");
  entry.innerHTML = `<a><img width="180" height="180" decoding="async"><em></em><span></span></a>`;
  const way = entry.firstElementChild;
  Object.assign(way.querySelector("img"), { alt: match.alt, src: match.src });
  const mark = way.querySelector("em");
  mark.textContent = match.text;
  mark.className = match.mark;
  way.querySelector("span").textContent = match.title;
  follow(way, match.href);
  return entry;
}
