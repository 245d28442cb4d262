// Sizes, places and colours of the map.

export const TILE = 0.86; // side of a product, where neighbours are 1 apart
export const MAX_TILE_PX = 220;
export const LAND = 1.15; // radius of the coloured ground under a product

export function findBounds(xs, ys) {
  const ends = (values) =>
    values.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
  const [[left, right], [top, bottom]] = [ends(xs), ends(ys)];
  return {
    left: left - LAND,
    top: top - LAND,
    width: right - left + 2 * LAND,
    height: bottom - top + 2 * LAND,
  };
}

export function readView(text) {
  const [x, y, scale] = text.split(",").map(Number);
  return text && [x, y, scale].every(Number.isFinite) && scale > 0
    ? { x, y, scale: Math.min(scale, MAX_TILE_PX) }
    : undefined;
}

// Hues a golden angle apart: neighbours in the list differ clearly.
export function hue(number) {
  const angle = (number * 137.508 + 165) % 360;
  return (lightness) => `hsl(${angle} ${lightness > 75 ? 42 : 48}% ${lightness}%)`;
}

export function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
