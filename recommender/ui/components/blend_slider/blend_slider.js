// The slider between two products. Every step's picture and products are here before the slider
// moves, so that moving it asks the server nothing.

import { noteInAddress } from "../address.js";
import { follow } from "../follow.js";

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".blend");
  const part = (name) => root.querySelector(name);
  if (root.view === data.view) return; // the same pair: the slider stays where it is
  root.view = data.view;

  fillEnd(part(".first"), data.ends[0]);
  fillEnd(part(".second"), data.ends[1]);
  const slider = part("input");
  slider.setAttribute("aria-label", `From ${data.ends[0].title} to ${data.ends[1].title}`);
  slider.value = data.at;
  slider.oninput = () => {
    draw(root, data, Number(slider.value));
    noteInAddress(root, (parameters) => parameters.set("at", slider.value));
  };
  part(".strip").onpointerdown = (event) => {
    const box = part(".strip").getBoundingClientRect();
    slider.value = snap((event.clientX - box.left) / box.width, data.steps.length);
    slider.oninput();
    slider.focus({ preventScroll: true });
  };
  // what is seen first is asked for first
  root.step = undefined;
  draw(root, data, Number(slider.value));
  const pictures = data.steps.map(makePicture);
  part(".strip").replaceChildren(...pictures);
  mark(root);
  watch(root, pictures, data.is_drawn);
}

function fillEnd(end, { title, alt, src, href }) {
  const picture = end.querySelector("img");
  Object.assign(picture, { alt, src });
  end.querySelector("span").textContent = title;
  follow(end, href);
}

function makePicture(step) {
  const picture = new Image();
  Object.assign(picture, { alt: step.name, src: step.src, width: 96, height: 96 });
  picture.draggable = false;
  return picture;
}

// Shows a note until every step has arrived.
async function watch(root, pictures, isDrawn) {
  const note = root.querySelector(".wait");
  const view = root.view;
  const say = (text) => {
    if (root.view !== view) return; // another pair is shown by now
    note.textContent = text;
    note.hidden = !text;
  };
  say(isDrawn ? "Drawing …" : "");
  try {
    await Promise.all(pictures.map((picture) => picture.decode()));
    say("");
  } catch {
    say("These pictures could not be drawn. Reload the page to try again.");
  }
}

function snap(share, nSteps) {
  const number = Math.min(nSteps - 1, Math.max(0, Math.floor(share * nSteps)));
  return Math.round((number / (nSteps - 1)) * 100);
}

function draw(root, data, at) {
  const between = (at / 100) * (data.steps.length - 1);
  const place = data.is_drawn ? between : Math.round(between); // real products do not fade
  const low = Math.floor(place);
  const high = Math.min(low + 1, data.steps.length - 1);
  show(root.querySelector(".under"), data.steps[low].src);
  show(root.querySelector(".over"), data.steps[high].src);
  root.querySelector(".over").style.opacity = place - low;
  root.querySelector("input").setAttribute("aria-valuetext", percent(at));
  root.style.setProperty("--at", at / 100);

  const nearest = Math.round(place);
  if (nearest === root.step) return;
  root.step = nearest;
  root.querySelector("figcaption").textContent = data.is_drawn
    ? percent((nearest * 100) / (data.steps.length - 1))
    : data.steps[nearest].name;
  mark(root);
  root.querySelector(".nearest").replaceChildren(...data.steps[nearest].cards.map(makeCard));
}

// Marks the step in the strip.
function mark(root) {
  root.querySelectorAll(".strip img").forEach((picture, number) => {
    picture.classList.toggle("here", number === root.step);
  });
}

function show(picture, src) {
  if (picture.getAttribute("src") !== src) picture.src = src;
}

function percent(at) {
  if (at <= 0) return "The first product, rebuilt";
  if (at >= 100) return "The second product, rebuilt";
  return `${Math.round(at)}% of the way`;
}

function makeCard(card) {
  const entry = document.createElement("li");
  entry.innerHTML = `<a><img width="180" height="180" decoding="async">
    <b></b><span class="title"></span><span class="price"></span></a>`;
  const way = entry.firstElementChild;
  Object.assign(way.querySelector("img"), { alt: card.alt, src: card.src });
  way.querySelector("b").textContent = `${card.similarity} alike`;
  way.querySelector(".title").textContent = card.title;
  way.querySelector(".price").textContent = card.price;
  follow(way, card.href);
  return entry;
}
