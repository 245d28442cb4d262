// Draws the whole map once, as small pictures, with rings around the products of the story.

const TOUR_TILE = 0.86; // side of a product, where neighbours are 1 apart
const TOUR_MARGIN = 1.2;
const FADED = 0.7; // of all products that the story does not point at

export async function drawTourMap(stage, map, { tile_px, tiles_across }) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", map.name);
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = "Opening the map …";
  stage.replaceChildren(canvas, note);
  try {
    const answer = await fetch(map.places);
    if (!answer.ok) throw new Error(String(answer.status));
    const places = await answer.json();
    const perSheet = tiles_across ** 2;
    const n = Math.ceil(places.ids.length / perSheet);
    const sheets = await Promise.all(Array.from({ length: n }, (_, at) => load(map.sheets + at)));
    if (!canvas.isConnected) return;
    note.remove();
    const cut = (row) => {
      const at = row % perSheet;
      const corner = [(at % tiles_across) * tile_px, Math.floor(at / tiles_across) * tile_px];
      return [sheets[Math.floor(row / perSheet)], ...corner, tile_px, tile_px];
    };
    paint(canvas, places, new Set(map.ids), cut);
  } catch {
    note.textContent = "The map could not be opened. Reload the page to try again.";
  }
}

async function load(src) {
  const picture = new Image();
  picture.src = src;
  await picture.decode();
  return picture;
}

function paint(canvas, places, chosen, cut) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const [left, right] = [Math.min(...places.x), Math.max(...places.x)];
  const [top, bottom] = [Math.min(...places.y), Math.max(...places.y)];
  const across = right - left + 2 * TOUR_MARGIN;
  const down = bottom - top + 2 * TOUR_MARGIN;
  // a wide screen gets the map lying down, whichever way it was laid out
  const turned = width > height !== across > down;
  const scale = turned
    ? Math.min(width / down, height / across)
    : Math.min(width / across, height / down);
  const toScreen = (row) => {
    const x = places.x[row] - (left + right) / 2;
    const y = places.y[row] - (top + bottom) / 2;
    return turned
      ? [width / 2 + y * scale, height / 2 + x * scale]
      : [width / 2 + x * scale, height / 2 + y * scale];
  };
  const side = TOUR_TILE * scale;
  const draw = (row, size) => {
    const [x, y] = toScreen(row);
    pen.drawImage(...cut(row), x - size / 2, y - size / 2, size, size);
  };
  const rows = places.ids.map((_, row) => row);
  pen.globalAlpha = FADED;
  for (const row of rows) draw(row, side);
  pen.globalAlpha = 1;
  const large = Math.max(2 * side, 30);
  const accent = getComputedStyle(canvas).getPropertyValue("color");
  const pointed = rows.filter((row) => chosen.has(places.ids[row]));
  for (const row of pointed) {
    const [x, y] = toScreen(row);
    pen.beginPath();
    pen.arc(x, y, large * 0.78, 0, 7);
    pen.fillStyle = accent;
    pen.fill();
  }
  for (const row of pointed) draw(row, large);
}
