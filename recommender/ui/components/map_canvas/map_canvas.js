// The map of map.py: what a visitor does on it. follow.js and map_painter.js stand before this.

const TAP_PX = 6; // a pointer that moved less has tapped
const STORE_MS = 300;
const GLIDE_MS = 260;

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

class ProductMap extends Painter {
  constructor(root, data) {
    super();
    Object.assign(this, { root, data, sheets: new Map(), sharp: new Map(), pointers: new Map(), bases: {} });
    this.canvas = this.part("canvas");
    this.chosen = new Set();
    this.current = -1;
    this.nArrived = 0;
    this.canvas.setAttribute("aria-label", `${data.name}. Arrow keys go from product to product.`);
    this.redraw = () => (this.frame ??= requestAnimationFrame(() => this.draw()));
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
    this.part(".note").textContent = "Unfolding the map …";
    try {
      const answer = await fetch(this.data.places);
      if (!answer.ok) throw new Error(answer.statusText);
      Object.assign(this, await answer.json());
    } catch {
      this.part(".note").textContent = "The map did not arrive. Reload the page to try again.";
      return;
    }
    this.part(".note").textContent = "";
    this.n = this.ids.length;
    this.turn(this.canvas.clientHeight > this.canvas.clientWidth);
    this.bounds = findBounds(this.x, this.y);
    this.groups = this.regions.map(() => []).concat([[]]); // the last: products without a kind
    this.kinds.forEach((kind, row) => this.groups.at(kind < 0 ? -1 : kind).push(row));
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

  // The map lies flat; on a screen that stands upright it stands upright too.
  turn(isUpright) {
    if (!isUpright) return;
    [this.x, this.y] = [this.y, this.x];
    for (const region of this.regions) [region.x, region.y] = [region.y, region.x];
  }

  // ---- What is said -------------------------------------------------------------------------

  makeKinds() {
    const list = this.part(".kinds");
    list.hidden = this.regions.length < 2;
    const entries = [["All", undefined], ...this.regions.map((region, number) => [capitalised(region.name), number])];
    list.replaceChildren(...entries.map(([label, number]) => {
      const entry = document.createElement("li");
      const button = entry.appendChild(document.createElement("button"));
      button.type = "button";
      button.textContent = label;
      if (number === undefined) button.className = "every";
      else button.style.setProperty("--kind", this.colours[number](55));
      button.onclick = () => this.toggle(number);
      return entry;
    }));
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
    this.part(".kinds").querySelectorAll("button").forEach((button, place) => {
      const isOn = place === 0 ? !this.chosen.size : this.chosen.has(place - 1);
      button.setAttribute("aria-pressed", isOn);
    });
  }

  makeWords() {
    this.part("details").hidden = !this.regions.length;
    this.part(".words").replaceChildren(...this.regions.map((region) => {
      const entry = document.createElement("li");
      const way = entry.appendChild(document.createElement("a"));
      way.textContent = region.name;
      follow(way, complete(this.data.browse, capitalised(region.name.toLowerCase())));
      const beside = region.beside.length ? `, beside ${region.beside.join(" and ")}` : ", on its own";
      entry.append(` ${region.n}${beside}`);
      return entry;
    }));
  }

  // Makes a product the current one: framed, named, and with a way to its lookalikes.
  pick(row, { isPassive = false, isSpoken = false } = {}) {
    const card = this.part(".card");
    Object.assign(this, { current: row, isPassive });
    card.hidden = row < 0;
    this.redraw();
    if (row < 0) return;
    const kind = this.regions[this.kinds[row]]?.name;
    card.querySelector("b").textContent = this.titles[row];
    card.querySelector("i").textContent = [kind, this.prices[row]].filter(Boolean).join(" · ");
    Object.assign(card.querySelector("img"), { alt: this.alts[row], src: `${this.data.pictures}${this.pictures[row]}/card` });
    card.classList.toggle("passive", isPassive);
    follow(card, this.address(row));
    if (isSpoken) this.part(".spoken").textContent = [this.titles[row], kind, this.prices[row]].filter(Boolean).join(", ");
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
    const left = isNarrow ? (this.width - width) / 2 : x + gap + width < this.width ? x + gap : x - gap - width;
    const top = isNarrow ? (y < this.height / 2 ? this.height - height - 10 : 10) : y - height / 2;
    const fit = (value, size, room) => Math.min(Math.max(10, value), room - size - 10);
    card.style.transform = `translate(${fit(left, width, this.width)}px, ${fit(top, height, this.height)}px)`;
  }

  // ---- What is done -------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.release(event);
    canvas.onpointerleave = (event) => this.isPassive && !this.pointers.size && this.pick(-1);
    canvas.onkeydown = (event) => this.key(event);
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.part(".in").onclick = () => this.glide(this.zoomed(1.8));
    this.part(".out").onclick = () => this.glide(this.zoomed(1 / 1.8));
    this.part(".all").onclick = () => this.glide(this.wholeView());
  }

  press(event) {
    cancelAnimationFrame(this.gliding);
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, at(event));
    this.travelled = this.pointers.size > 1 ? Infinity : 0;
  }

  move(event) {
    const here = at(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return event.pointerType === "mouse" && this.hover(here);
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.pointers.set(event.pointerId, here);
    if (others.length === 1) return this.pinch(before, here, others[0]);
    this.travelled += Math.hypot(here.x - before.x, here.y - before.y);
    if (this.travelled < TAP_PX) return;
    this.canvas.classList.add("dragging");
    this.view.x -= (here.x - before.x) / this.view.scale;
    this.view.y -= (here.y - before.y) / this.view.scale;
    this.changed();
  }

  pinch(before, here, other) {
    const spread = (place) => Math.hypot(place.x - other.x, place.y - other.y);
    const middle = (place) => ({ x: (place.x + other.x) / 2, y: (place.y + other.y) / 2 });
    this.view = this.zoomed(spread(here) / Math.max(1, spread(before)), middle(here));
    this.view.x -= (middle(here).x - middle(before).x) / this.view.scale;
    this.view.y -= (middle(here).y - middle(before).y) / this.view.scale;
    this.changed();
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    this.canvas.classList.remove("dragging");
    if (event.type === "pointercancel" || this.travelled >= TAP_PX) return;
    const row = this.rowAt(at(event));
    if (event.pointerType === "mouse") return row >= 0 && go(this.address(row), event);
    this.pick(row, { isSpoken: true }); // a finger covers what it points at: it looks first
  }

  hover(here) {
    const row = this.rowAt(here);
    this.canvas.classList.toggle("over", row >= 0);
    if (row !== this.current && (row >= 0 || this.isPassive)) this.pick(row, { isPassive: true });
  }

  wheel(event) {
    event.preventDefault();
    const step = event.deltaMode ? event.deltaY * 30 : event.deltaY;
    this.view = this.zoomed(Math.exp(-Math.max(-120, Math.min(120, step)) * (event.ctrlKey ? 0.012 : 0.0035)), at(event));
    this.changed();
    this.hover(at(event));
  }

  key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in ways) this.step(...ways[event.key]);
    else if (event.key === "+" || event.key === "=") this.glide(this.zoomed(1.5));
    else if (event.key === "-") this.glide(this.zoomed(1 / 1.5));
    else if (event.key === "0" || event.key === "Home") this.glide(this.wholeView());
    else if (event.key === "Escape") this.pick(-1);
    else if (event.key === "Enter" && this.current >= 0) go(this.address(this.current), event);
    else return;
    event.preventDefault();
  }

  // To the nearest product that way; from the middle of what is seen, if none is current.
  step(across, down) {
    const from = this.current;
    const [x, y] = from < 0 ? [this.view.x, this.view.y] : [this.x[from], this.y[from]];
    let best = -1;
    let least = Infinity;
    for (let row = 0; row < this.n; row += 1) {
      if (row === from || !this.isShown(row)) continue;
      const [dx, dy] = [this.x[row] - x, this.y[row] - y];
      const along = dx * across + dy * down;
      const aside = Math.abs(dx * down) + Math.abs(dy * across);
      if (from >= 0 && along <= aside) continue;
      const distance = from < 0 ? Math.hypot(dx, dy) : along + 2 * aside;
      if (distance < least) [best, least] = [row, distance];
    }
    if (best < 0) return;
    this.pick(best, { isSpoken: true });
    const [left, top] = this.toScreen(this.x[best], this.y[best]);
    const isInside = left > 60 && top > 60 && left < this.width - 60 && top < this.height - 60;
    if (!isInside) this.glide({ ...this.view, x: this.x[best], y: this.y[best] });
  }

  rowAt({ x, y }) {
    const reach = Math.max(this.view.scale * TILE, 10) / 2;
    let best = -1;
    let least = reach * 1.2;
    for (let row = 0; row < this.n; row += 1) {
      if (!this.isShown(row)) continue;
      const [left, top] = this.toScreen(this.x[row], this.y[row]);
      const distance = Math.max(Math.abs(left - x), Math.abs(top - y));
      if (distance < least) [best, least] = [row, distance];
    }
    return best;
  }

  zoomed(factor, about = { x: this.width / 2, y: this.height / 2 }) {
    const scale = Math.min(Math.max(this.view.scale * factor, this.least), MAX_TILE_PX);
    const [dx, dy] = [about.x - this.width / 2, about.y - this.height / 2];
    const shift = 1 / this.view.scale - 1 / scale;
    return { x: this.view.x + dx * shift, y: this.view.y + dy * shift, scale };
  }

  glide(goal) {
    cancelAnimationFrame(this.gliding);
    const from = { ...this.view };
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const start = performance.now();
    const advance = (now) => {
      const share = isStill ? 1 : Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
      const eased = 1 - (1 - share) ** 3;
      this.view = {
        x: from.x + (goal.x - from.x) * eased,
        y: from.y + (goal.y - from.y) * eased,
        scale: from.scale * (goal.scale / from.scale) ** eased,
      };
      this.changed();
      if (share < 1) this.gliding = requestAnimationFrame(advance);
    };
    this.gliding = requestAnimationFrame(advance);
  }

  changed() {
    this.redraw();
    this.store();
  }

  // What is seen belongs to the link that is shared, not to the steps of the browser's history.
  store() {
    clearTimeout(this.storing);
    const path = location.pathname;
    this.storing = setTimeout(() => {
      if (location.pathname !== path || !this.root.isConnected) return;
      const address = new URL(location.href);
      const { x, y, scale } = this.view;
      address.searchParams.set("look", [x.toFixed(2), y.toFixed(2), scale.toFixed(1)].join(","));
      address.searchParams.delete("kind");
      for (const number of this.chosen) address.searchParams.append("kind", this.regions[number].category);
      window.history.replaceState(window.history.state, "", address);
    }, STORE_MS);
  }
}

function readView(text) {
  const [x, y, scale] = text.split(",").map(Number);
  return text && [x, y, scale].every(Number.isFinite) && scale > 0 ? { x, y, scale: Math.min(scale, MAX_TILE_PX) } : undefined;
}

function at(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function complete(address, value) {
  return address.replace(encodeURIComponent("{item}"), encodeURIComponent(value));
}
