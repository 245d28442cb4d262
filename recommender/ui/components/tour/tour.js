// The tour: one screen at a time. All screens are here from the start, so that turning the page asks
// the server nothing, on a projector with a bad line too.

import { noteInAddress } from "../address.js";
import { follow } from "../follow.js";
import { drawTourMap } from "./tour_map.js";

const STEPS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".tour");
  const story = JSON.stringify(data.slides);
  if (root.story !== story) {
    root.story = story;
    root.at = Math.min(data.at, data.slides.length - 1);
    showSlide(root, data);
  }

  const turn = (step) => {
    const wanted = Math.max(0, Math.min(data.slides.length - 1, root.at + step));
    if (wanted === root.at) return;
    root.at = wanted;
    showSlide(root, data);
    const { title } = data.slides[wanted];
    const said = `Screen ${wanted + 1} of ${data.slides.length}: ${title}`;
    root.querySelector(".unseen").textContent = said;
    noteInAddress(root, (parameters) => parameters.set("step", wanted + 1));
  };

  root.querySelector(".back").onclick = () => turn(-1);
  root.querySelector(".next").onclick = () => turn(1);
  root.querySelector(".dots").onclick = (event) => {
    const dot = event.target.closest("button");
    if (dot) turn(Number(dot.dataset.at) - root.at);
  };
  const onKey = (event) => {
    const isTyping = event
      .composedPath()
      .some((node) => node.matches?.("input, textarea, select, [role=slider], [role=listbox]"));
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !STEPS[event.key]) return;
    event.preventDefault();
    turn(STEPS[event.key]);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function showSlide(root, data) {
  const slide = data.slides[root.at];
  const isLast = root.at === data.slides.length - 1;
  const place = root.querySelector(".slide");
  const heading = document.createElement("h1");
  heading.textContent = slide.title;
  const text = document.createElement("p");
  text.className = "text";
  text.textContent = slide.text;
  const stage = document.createElement("div");
  stage.className = slide.map ? "stage of-map" : "stage";
  stage.append(...slide.groups.map(makeGroup));
  place.replaceChildren(heading, text, stage);
  if (slide.map) drawTourMap(stage, slide.map, data);
  if (isLast) place.append(makeWays(data.ways));
  root.querySelector(".back").disabled = root.at === 0;
  root.querySelector(".next").disabled = isLast;
  root
    .querySelector(".dots")
    .replaceChildren(...data.slides.map((each, at) => makeDot(each, at, root.at)));
}

function makeDot(slide, at, current) {
  const entry = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.at = at;
  button.setAttribute("aria-label", `Screen ${at + 1}: ${slide.title}`);
  if (at === current) button.setAttribute("aria-current", "step");
  entry.append(button);
  return entry;
}

function makeGroup(group) {
  const part = document.createElement("div");
  part.className = group.is_large ? "group large" : "group";
  if (group.label) {
    const label = document.createElement("h2");
    label.textContent = group.label;
    part.append(label);
  }
  const row = document.createElement("div");
  row.className = "row";
  row.style.setProperty("--n", group.figures.length);
  row.append(...group.figures.map(makeFigure));
  part.append(row);
  return part;
}

function makeFigure(figure) {
  const made = document.createElement("figure");
  made.className = figure.mark;
  const frame = document.createElement("div");
  frame.className = "frame";
  const picture = new Image();
  Object.assign(picture, { alt: figure.alt, src: figure.src, width: 400, height: 400 });
  const square = document.createElement("div");
  square.className = "square";
  square.append(picture, ...figure.rings.map(makeRing));
  frame.append(square);
  made.append(frame);
  if (figure.caption) {
    const caption = document.createElement("figcaption");
    caption.textContent = figure.caption;
    made.append(caption);
  }
  return made;
}

function makeRing([x, y], number) {
  const ring = document.createElement("span");
  ring.className = "ring";
  ring.setAttribute("aria-hidden", "true");
  ring.dataset.number = number + 1;
  Object.assign(ring.style, { left: `${100 * x}%`, top: `${100 * y}%` });
  return ring;
}

function makeWays(ways) {
  const list = document.createElement("p");
  list.className = "onward";
  list.append(
    ...ways.map((way) => {
      const anchor = document.createElement("a");
      anchor.textContent = way.label;
      follow(anchor, way.href);
      return anchor;
    }),
  );
  return list;
}
