// Moves and resizes the frame; all sizes are shares of the photo.

const STEP = 0.02;
const START = [0.15, 0.15, 0.7, 0.7];

export default function ({ data, parentElement, setTriggerValue }) {
  const part = (name) => parentElement.querySelector(name);
  const photo = part(".photo");
  const rectangle = part(".box");
  const picture = part("img");
  if (photo.shown !== data.photo) {
    photo.shown = data.photo;
    picture.src = data.src;
    picture.style.aspectRatio = data.ratio;
    photo.box = data.box ?? START;
  }
  const draw = () => {
    const [left, top, width, height] = photo.box;
    Object.assign(rectangle.style, {
      left: `${left * 100}%`,
      top: `${top * 100}%`,
      width: `${width * 100}%`,
      height: `${height * 100}%`,
    });
  };
  const move = (box) => {
    photo.box = kept(box, data.least);
    draw();
  };
  const use = () => setTriggerValue("box", photo.box);

  rectangle.onpointerdown = (event) => {
    event.preventDefault();
    rectangle.focus();
    rectangle.setPointerCapture(event.pointerId);
    const edge = event.target.dataset.edge ?? "";
    const from = [event.clientX, event.clientY];
    const box = photo.box;
    rectangle.onpointermove = (moved) => {
      const { width, height } = photo.getBoundingClientRect();
      move(
        shifted(box, edge, (moved.clientX - from[0]) / width, (moved.clientY - from[1]) / height),
      );
    };
    rectangle.onpointerup = rectangle.onpointercancel = () => {
      rectangle.onpointermove = null;
    };
  };
  rectangle.onkeydown = (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Enter") return use();
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    move(shifted(photo.box, event.shiftKey ? "se" : "", way[0] * STEP, way[1] * STEP));
  };
  part(".use").onclick = use;
  part(".whole").onclick = () => setTriggerValue("box", [0, 0, 1, 1]);
  draw();
}

// Returns a frame after a drag: of the named corner, or of the whole frame without one.
function shifted([left, top, width, height], edge, dx, dy) {
  if (!edge) {
    const within = (low, size, by) => Math.min(Math.max(0, low + by), 1 - size);
    return [within(left, width, dx), within(top, height, dy), width, height];
  }
  const sides = { left, top, right: left + width, bottom: top + height };
  sides[edge.includes("w") ? "left" : "right"] += dx;
  sides[edge.includes("n") ? "top" : "bottom"] += dy;
  return [sides.left, sides.top, sides.right - sides.left, sides.bottom - sides.top];
}

function kept([left, top, width, height], least) {
  const x = Math.min(Math.max(0, left), 1 - least);
  const y = Math.min(Math.max(0, top), 1 - least);
  const right = Math.min(1, Math.max(x + least, left + width));
  const bottom = Math.min(1, Math.max(y + least, top + height));
  return [x, y, right - x, bottom - y];
}
