// Draws the cards. Runs again whenever the server sends new cards: cards that stay
// keep their elements, so that their pictures neither flicker nor load twice.

import { visit } from "../follow.js";
import { scrollBack } from "../history.js";

const SIDE_PX = 360;

export default function ({ data, parentElement }) {
  const grid = parentElement.querySelector(".grid");
  grid.known ??= new Map();
  const known = grid.known;
  const isNewView = grid.view !== undefined && grid.view !== data.view;

  grid.setAttribute("aria-label", data.name);
  grid.replaceChildren(
    ...data.cards.map((card, position) => {
      const entry = known.get(card.id) ?? makeEntry(position < data.eager);
      known.set(card.id, entry);
      fill(entry, card);
      showTwins(entry, card);
      return entry;
    }),
  );
  forget(known, data.cards);

  grid.view = data.view;
  if (isNewView) {
    scrollBack();
    // from the numbers of the sheets below to the first card of the sheet
    if (document.activeElement?.closest('[data-testid="stPagination"]'))
      grid.querySelector(".card")?.focus({ preventScroll: true });
  }
}

function makeEntry(isEager) {
  const entry = document.createElement("li");
  entry.innerHTML = `
    <button type="button" class="card">
      <span class="frame"><img width="${SIDE_PX}" height="${SIDE_PX}" decoding="async"></span>
      <span class="alike" hidden><span class="bar"><i></i></span><b></b></span>
      <span class="title"></span>
      <span class="line"><span class="facts"></span><span class="price"></span></span>
    </button>
    <div class="more" hidden>
      <button type="button" class="why">Why?</button>
      <button type="button" class="twins" aria-expanded="false"></button>
    </div>`;
  entry.querySelector("img").loading = isEager ? "eager" : "lazy";
  return entry;
}

function fill(entry, card) {
  const part = (name) => entry.querySelector(name);
  entry.classList.remove("picked");
  part(".card").setAttribute("aria-label", card.label);
  part(".card").onclick = (event) => pick(entry, card.href, event);
  part(".card").onpointerdown = () => fetchAhead(card.ahead);
  part(".card").onauxclick = (event) => event.button === 1 && pick(entry, card.href, event);
  const picture = part("img");
  picture.alt = card.alt;
  if (picture.getAttribute("src") !== card.src) picture.src = card.src;
  part(".title").textContent = card.title;
  part(".facts").textContent = card.facts;
  part(".price").textContent = card.price;
  part(".line").hidden = !card.facts && !card.price;
  part(".alike").hidden = card.similarity === null;
  part(".alike b").textContent = card.similarity_text;
  part(".alike i").style.width = `${(card.similarity ?? 0) * 100}%`;
}

// The small buttons below a card; near-identical products open as cards of their own beside it.
function showTwins(entry, card) {
  const part = (name) => entry.querySelector(name);
  part(".more").hidden = !card.why && !card.twins.length;
  part(".why").hidden = !card.why;
  part(".why").setAttribute("aria-label", `Why ${card.title}?`);
  part(".why").onclick = (event) => pick(entry, card.why, event);
  const button = part(".twins");
  button.hidden = !card.twins.length;
  button.textContent = `${card.twins.length} near-identical`;
  button.setAttribute("aria-expanded", "false");
  let opened = [];
  button.onclick = () => {
    const isOpen = opened.length > 0;
    for (const twin of opened) twin.remove();
    opened = isOpen ? [] : card.twins.map(makeTwin);
    entry.after(...opened);
    button.setAttribute("aria-expanded", String(!isOpen));
  };
}

function makeTwin(card) {
  const entry = makeEntry(true);
  entry.className = "twin";
  fill(entry, card);
  return entry;
}

// Marks the picked card until its page arrives.
function pick(entry, href, event) {
  if (visit(href, event)) entry.classList.add("picked");
}

// Fetches the next page's pictures while the server still works on the page itself.
function fetchAhead(addresses) {
  for (const address of addresses) new Image().src = address;
}

function forget(known, cards) {
  const shown = new Set(cards.map((card) => card.id));
  for (const id of known.keys()) if (!shown.has(id)) known.delete(id);
}
