// Draws the map on a canvas: far away as coloured dots, nearer as small pictures from
// sheets, and close by as the pictures themselves. It is drawn only when something has changed.

import { capitalised, LAND, MAX_TILE_PX, readView, TILE } from "./geometry.js";

const DOTS_BELOW_PX = 7; // smaller pictures show nothing
const SHARP_FROM_PX = 72; // larger than this, the sheets are too coarse
const MAX_SHARP = 90; // pictures at once
const BASE_PX = { pictures: 4096, dots: 2048 }; // longer side of the drawing made ahead
const MAX_BASE = 4000; // at most so many products are drawn ahead
const BASE_WAIT_MS = 250; // sheets that arrive together are drawn together
const MARGIN_PX = 34;

export class Painter {
  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    Object.assign(this, { width, height, ratio });
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const whole = this.wholeView();
    this.least = whole.scale * 0.6;
    this.view ??= readView(this.data.look) ?? whole;
    this.redraw();
  }

  wholeView() {
    const { left, top, width, height } = this.bounds;
    const margin = Math.min(MARGIN_PX, this.width * 0.035);
    const room = { x: this.width - 2 * margin, y: this.height - 2 * margin };
    const scale = Math.min(room.x / width, room.y / height, MAX_TILE_PX / 3);
    return { x: left + width / 2, y: top + height / 2, scale };
  }

  toScreen(x, y) {
    const { view } = this;
    return [
      (x - view.x) * view.scale + this.width / 2,
      (y - view.y) * view.scale + this.height / 2,
    ];
  }

  isShown(row) {
    return !this.chosen.size || this.chosen.has(this.kinds[row]);
  }

  draw() {
    this.frame = undefined;
    if (!this.view || !this.root.isConnected) return;
    const pen = this.canvas.getContext("2d");
    const { scale } = this.view;
    const side = scale * TILE;
    const isDark = this.readTheme();
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    if (!this.drawBase(pen, side, isDark)) this.drawProducts(pen, side, isDark);
    this.drawNames(pen, side);
    this.drawCurrent(pen, side);
    this.placeCard(side);
  }

  // From afar all products are one drawing, made ahead: moving it costs the same for any number.
  drawBase(pen, side, isDark) {
    if (this.n > MAX_BASE) return false; // dots cost little
    const kind = kindAt(side);
    const { left, top, width, height } = this.bounds;
    const scale = Math.min(BASE_PX[kind] / Math.max(width, height), this.data.tile_px / TILE);
    if (kind === "pictures" && this.view.scale * this.ratio > scale * 1.02) return false;
    const key = `${isDark} ${[...this.chosen]} ${kind === "pictures" ? this.nArrived : ""}`;
    this.bases[kind] ??= { canvas: document.createElement("canvas") };
    const base = this.bases[kind];
    if (base.key !== key && !(base.key && performance.now() - base.since < BASE_WAIT_MS)) {
      Object.assign(base, { key, since: performance.now() });
      this.fillBase(base.canvas, { scale, kind, isDark });
    } else if (base.key !== key) {
      setTimeout(this.redraw, BASE_WAIT_MS);
    }
    const [x, y] = this.toScreen(left, top);
    pen.imageSmoothingQuality = "medium";
    pen.drawImage(base.canvas, x, y, width * this.view.scale, height * this.view.scale);
    return true;
  }

  fillBase(canvas, { scale, kind, isDark }) {
    const { left, top, width, height } = this.bounds;
    const seen = { view: this.view, width: this.width, height: this.height };
    this.width = canvas.width = Math.ceil(width * scale);
    this.height = canvas.height = Math.ceil(height * scale);
    this.view = { x: left + width / 2, y: top + height / 2, scale };
    const pen = canvas.getContext("2d");
    this.drawProducts(pen, scale * TILE, isDark, kind);
    Object.assign(this, seen);
  }

  drawProducts(pen, side, isDark, kind = kindAt(side)) {
    const visible = this.groups.map((rows) => rows.filter((row) => this.isNear(row, side)));
    this.drawLand(pen, visible, this.view.scale, isDark);
    if (kind === "dots") this.drawDots(pen, visible, side, isDark);
    else this.drawPictures(pen, visible, side);
  }

  isNear(row, side) {
    const [x, y] = this.toScreen(this.x[row], this.y[row]);
    return x > -side && y > -side && x < this.width + side && y < this.height + side;
  }

  drawLand(pen, visible, scale, isDark) {
    visible.forEach((rows, kind) => {
      if (!this.colours[kind] || !rows.length || (this.chosen.size && !this.chosen.has(kind)))
        return;
      pen.fillStyle = this.colours[kind](isDark ? 30 : 80);
      pen.beginPath();
      for (const row of rows) {
        const [x, y] = this.toScreen(this.x[row], this.y[row]);
        pen.moveTo(x + LAND * scale, y);
        pen.arc(x, y, LAND * scale, 0, 7);
      }
      pen.fill();
    });
  }

  drawDots(pen, visible, side, isDark) {
    const radius = Math.max(1.4, side * 0.46);
    visible.forEach((rows, kind) => {
      const isOff = this.chosen.size && !this.chosen.has(kind);
      pen.fillStyle =
        isOff || !this.colours[kind] ? this.line : this.colours[kind](isDark ? 66 : 44);
      pen.beginPath();
      for (const row of rows) {
        const [x, y] = this.toScreen(this.x[row], this.y[row]);
        pen.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      }
      pen.fill();
    });
  }

  drawPictures(pen, visible, side) {
    const rows = visible.flat();
    const isSharp = side > SHARP_FROM_PX && rows.length <= MAX_SHARP;
    const { tile_px: tile, tiles_across: across } = this.data;
    for (const row of rows) {
      const [x, y] = this.toScreen(this.x[row], this.y[row]);
      const [left, top] = [x - side / 2, y - side / 2];
      pen.globalAlpha = this.isShown(row) ? 1 : 0.09;
      const picture = isSharp && this.isShown(row) ? this.sharpPicture(row) : undefined;
      if (picture) {
        pen.save();
        pen.beginPath();
        pen.roundRect(left, top, side, side, side * 0.19);
        pen.clip();
        pen.drawImage(picture, left, top, side, side);
        pen.restore();
        continue;
      }
      const sheet = this.sheet(Math.floor(row / across ** 2));
      if (sheet) {
        const place = row % across ** 2;
        pen.drawImage(
          sheet,
          (place % across) * tile,
          Math.floor(place / across) * tile,
          tile,
          tile,
          left,
          top,
          side,
          side,
        );
      } else {
        pen.fillStyle = this.line;
        pen.fillRect(left, top, side, side);
      }
    }
    pen.globalAlpha = 1;
  }

  sheet(number) {
    return this.fetched(this.sheets, number, `${this.data.sheets}${number}`);
  }

  sharpPicture(row) {
    return this.fetched(this.sharp, row, `${this.data.pictures}${this.pictures[row]}/card`);
  }

  // Returns a picture that has arrived; one that has not is fetched, and drawn when it arrives.
  fetched(kept, key, address) {
    if (!kept.has(key)) {
      const picture = new Image();
      kept.set(key, picture);
      picture.src = address;
      picture.decode().then(
        () => {
          picture.isReady = true;
          if (kept === this.sheets) this.nArrived += 1;
          this.redraw();
        },
        () => {},
      );
    }
    const picture = kept.get(key);
    return picture.isReady ? picture : undefined;
  }

  drawNames(pen, side) {
    if (side > 64) return;
    const { rem } = this;
    pen.font = `650 ${(this.width < 500 ? 0.78 : 0.906) * rem}px ${this.type}`;
    const high = 1.5 * rem;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    const taken = [];
    const order = this.regions
      .map((_, number) => number)
      .sort((a, b) => this.regions[b].n - this.regions[a].n);
    for (const number of order) {
      const region = this.regions[number];
      if (this.chosen.size && !this.chosen.has(number)) continue;
      const [x, y] = this.toScreen(region.x, region.y);
      const half = pen.measureText(region.name).width / 2 + 8;
      if (x < half || y < 14 || x > this.width - half || y > this.height - 14) continue;
      if (
        taken.some(
          (other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < high,
        )
      )
        continue;
      taken.push({ x, y, half });
      pen.fillStyle = this.page;
      pen.globalAlpha = 0.88;
      pen.beginPath();
      pen.roundRect(x - half, y - high / 2, 2 * half, high, high / 2);
      pen.fill();
      pen.globalAlpha = 1;
      pen.fillStyle = this.ink;
      pen.fillText(capitalised(region.name), x, y + 1);
    }
  }

  drawCurrent(pen, side) {
    if (this.current < 0) return;
    const [x, y] = this.toScreen(this.x[this.current], this.y[this.current]);
    const half = Math.max(side, 12) / 2 + 2;
    pen.strokeStyle = this.accent;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.roundRect(x - half, y - half, 2 * half, 2 * half, half * 0.38);
    pen.stroke();
  }

  // A canvas knows no CSS variables, so that an element resolves them.
  readTheme() {
    const style = getComputedStyle(this.root);
    this.probe ??= this.root.appendChild(document.createElement("i"));
    const { probe } = this;
    probe.hidden = true;
    probe.style.forcedColorAdjust = "none"; // each variable names a colour of the system then
    for (const name of ["ink", "page", "line", "accent"]) {
      probe.style.color = `var(--${name})`;
      this[name] = getComputedStyle(probe).color;
    }
    this.type = style.fontFamily;
    this.rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    const [red, green, blue] = this.page.match(/[\d.]+/g).map(Number);
    return red + green + blue < (this.page.includes("srgb") ? 1.5 : 380);
  }
}

function kindAt(side) {
  return side < DOTS_BELOW_PX ? "dots" : "pictures";
}
