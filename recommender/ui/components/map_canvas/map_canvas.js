// The map: fetches the places of all products, and says in words what is drawn.

import { noteInAddress } from "../address.js";
import { follow } from "../follow.js";
import { capitalised, findBounds, hue } from "./geometry.js";
import { Mover } from "./mover.js";

const maps = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".map");
  const known = maps.get(root);
  if (known?.data.places === data.places) {
    known.data = data; // the same map: it stays where it is
    return;
  }
  known?.stop();
  const map = new ProductMap(root, data);
  maps.set(root, map);
  map.load();
  return () => map.stop();
}

class ProductMap extends Mover {
  constructor(root, data) {
    super();
    Object.assign(this, {
      root,
      data,
      sheets: new Map(),
      sharp: new Map(),
      pointers: new Map(),
      bases: {},
    });
    this.canvas = this.part("canvas");
    this.chosen = new Set();
    this.current = -1;
    this.nArrived = 0;
    this.canvas.setAttribute("aria-label", `${data.name}. Arrow keys go from product to product.`);
    this.redraw = () => {
      this.frame ??= requestAnimationFrame(() => this.draw());
    };
    this.resized = new ResizeObserver(() => this.resize());
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.redraw);
  }

  part(name) {
    return this.root.querySelector(name);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    this.scheme.removeEventListener("change", this.redraw);
    maps.delete(this.root);
  }

  async load() {
    this.part(".note").textContent = "Opening the map …";
    try {
      const answer = await fetch(this.data.places);
      if (!answer.ok) throw new Error(answer.statusText);
      Object.assign(this, await answer.json());
    } catch {
      this.part(".note").textContent = "The map could not be loaded. Reload the page to try again.";
      return;
    }
    this.part(".note").textContent = "";
    this.n = this.ids.length;
    this.turn(this.canvas.clientHeight > this.canvas.clientWidth);
    this.bounds = findBounds(this.x, this.y);
    this.groups = this.regions.map(() => []).concat([[]]); // the last: products without a kind
    for (const [row, kind] of this.kinds.entries()) this.groups.at(kind < 0 ? -1 : kind).push(row);
    this.colours = this.regions.map((_, number) => hue(number));
    for (const name of this.data.kinds) {
      const number = this.regions.findIndex((region) => region.category === name);
      if (number >= 0) this.chosen.add(number);
    }
    this.makeKinds();
    this.makeWords();
    this.listen();
    this.resize();
    this.resized.observe(this.canvas);
  }

  // Maps are wide; a tall screen gets the map turned.
  turn(isUpright) {
    if (!isUpright) return;
    [this.x, this.y] = [this.y, this.x];
    for (const region of this.regions) [region.x, region.y] = [region.y, region.x];
  }

  makeKinds() {
    const list = this.part(".kinds");
    list.hidden = this.regions.length < 2;
    const entries = [
      ["All", undefined],
      ...this.regions.map((region, number) => [capitalised(region.name), number]),
    ];
    list.replaceChildren(
      ...entries.map(([label, number]) => {
        const entry = document.createElement("li");
        const button = entry.appendChild(document.createElement("button"));
        button.type = "button";
        button.textContent = label;
        if (number === undefined) button.className = "every";
        else button.style.setProperty("--kind", this.colours[number](55));
        button.onclick = () => this.toggle(number);
        return entry;
      }),
    );
    this.pressKinds();
  }

  toggle(number) {
    if (number === undefined) this.chosen.clear();
    else if (!this.chosen.delete(number)) this.chosen.add(number);
    if (this.current >= 0 && !this.isShown(this.current)) this.pick(-1);
    this.pressKinds();
    this.store();
    this.redraw();
  }

  pressKinds() {
    this.part(".kinds")
      .querySelectorAll("button")
      .forEach((button, place) => {
        const isOn = place === 0 ? !this.chosen.size : this.chosen.has(place - 1);
        button.setAttribute("aria-pressed", isOn);
      });
  }

  makeWords() {
    this.part("details").hidden = !this.regions.length;
    this.part(".words").replaceChildren(
      ...this.regions.map((region) => {
        const entry = document.createElement("li");
        const way = entry.appendChild(document.createElement("a"));
        way.textContent = region.name;
        follow(way, complete(this.data.browse, capitalised(region.name.toLowerCase())));
        const beside = region.beside.length
          ? `, beside ${region.beside.join(" and ")}`
          : ", on its own";
        entry.append(` ${region.n}${beside}`);
        return entry;
      }),
    );
  }

  // Makes a product the current one: framed, with a card that links to its lookalikes.
  pick(row, { isPassive = false, isSpoken = false } = {}) {
    const card = this.part(".card");
    Object.assign(this, { current: row, isPassive });
    card.hidden = row < 0;
    this.redraw();
    if (row < 0) return;
    const kind = this.regions[this.kinds[row]]?.name;
    card.querySelector("b").textContent = this.titles[row];
    card.querySelector("i").textContent = [kind, this.prices[row]].filter(Boolean).join(" · ");
    Object.assign(card.querySelector("img"), {
      alt: this.alts[row],
      src: `${this.data.pictures}${this.pictures[row]}/card`,
    });
    card.classList.toggle("passive", isPassive);
    follow(card, this.address(row));
    if (isSpoken)
      this.part(".spoken").textContent = [this.titles[row], kind, this.prices[row]]
        .filter(Boolean)
        .join(", ");
  }

  address(row) {
    return complete(this.data.lookalikes, this.ids[row]);
  }

  placeCard(side) {
    const card = this.part(".card");
    if (card.hidden) return;
    const [x, y] = this.toScreen(this.x[this.current], this.y[this.current]);
    const { offsetWidth: width, offsetHeight: height } = card;
    const gap = side / 2 + 14;
    const isNarrow = this.width < 560;
    const left = isNarrow
      ? (this.width - width) / 2
      : x + gap + width < this.width
        ? x + gap
        : x - gap - width;
    const top = isNarrow ? (y < this.height / 2 ? this.height - height - 10 : 10) : y - height / 2;
    const fit = (value, size, room) => Math.min(Math.max(10, value), room - size - 10);
    card.style.transform = `translate(${fit(left, width, this.width)}px, ${fit(top, height, this.height)}px)`;
  }

  changed() {
    this.redraw();
    this.store();
  }

  store() {
    noteInAddress(this.root, (parameters) => {
      const { x, y, scale } = this.view;
      parameters.set("look", [x.toFixed(2), y.toFixed(2), scale.toFixed(1)].join(","));
      parameters.delete("kind");
      for (const number of this.chosen) parameters.append("kind", this.regions[number].category);
    });
  }
}

function complete(address, value) {
  return address.replace(encodeURIComponent("{item}"), encodeURIComponent(value));
}
