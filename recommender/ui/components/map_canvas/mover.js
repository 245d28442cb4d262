// Moves about the map: by mouse, by finger and by keyboard.

import { visit } from "../follow.js";
import { MAX_TILE_PX, TILE } from "./geometry.js";
import { Painter } from "./painter.js";

const TAP_PX = 6; // a pointer that moved less has tapped
const GLIDE_MS = 260;

export class Mover extends Painter {
  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => this.press(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = canvas.onpointercancel = (event) => this.release(event);
    canvas.onpointerleave = () => this.isPassive && !this.pointers.size && this.pick(-1);
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
    const others = [...this.pointers]
      .filter(([id]) => id !== event.pointerId)
      .map(([, place]) => place);
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
    if (event.pointerType === "mouse") return row >= 0 && visit(this.address(row), event);
    this.pick(row, { isSpoken: true }); // a finger hides the product: the first tap shows its card
  }

  hover(here) {
    const row = this.rowAt(here);
    this.canvas.classList.toggle("over", row >= 0);
    if (row !== this.current && (row >= 0 || this.isPassive)) this.pick(row, { isPassive: true });
  }

  wheel(event) {
    event.preventDefault();
    const step = event.deltaMode ? event.deltaY * 30 : event.deltaY;
    this.view = this.zoomed(
      Math.exp(-Math.max(-120, Math.min(120, step)) * (event.ctrlKey ? 0.012 : 0.0035)),
      at(event),
    );
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
    else if (event.key === "Enter" && this.current >= 0) visit(this.address(this.current), event);
    else return;
    event.preventDefault();
  }

  // Goes to the nearest product in a direction, from the current one or the middle of the view.
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
}

function at(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}
