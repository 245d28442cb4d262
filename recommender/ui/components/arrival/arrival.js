// Receives a visitor at a page. Runs when all of the page is drawn.

import { focusHeading } from "../heading.js";
import { MOVES, noteTop, scrollBack, scroller } from "../history.js";

const REST_MS = 150; // browsers refuse to note every move
const MOST_MS = 3000;

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("p");
  const isElsewhere = status.place !== undefined && status.place !== data.place;
  // who has gone on to something in a page that was slow to be drawn is not called back
  if (isElsewhere && [document.body, status.held].includes(document.activeElement)) focusHeading();
  const isReload = status.place === undefined && isReloaded();
  if ((isElsewhere || isReload || Date.now() < status.leavesUntil) && !status.hasMoved)
    scrollBack();
  status.place = data.place;
  status.leavesUntil = 0;
  status.textContent = data.said;

  const end = new AbortController();
  const main = scroller();
  let resting;
  const note = () => {
    // what moves while one page makes way for another was not moved by the visitor
    if (Date.now() > status.leavesUntil) noteTop();
  };
  const scrolled = () => {
    clearTimeout(resting);
    resting = setTimeout(note, REST_MS);
  };
  const left = () => {
    clearTimeout(resting);
    status.leavesUntil = Date.now() + MOST_MS;
    status.held = document.activeElement;
    status.hasMoved = false;
  };
  const moved = () => {
    status.hasMoved = true;
  };
  main?.addEventListener("scroll", scrolled, { passive: true, signal: end.signal });
  window.addEventListener("popstate", left, { signal: end.signal });
  for (const move of MOVES)
    document.addEventListener(move, moved, { passive: true, signal: end.signal });
  return () => end.abort();
}

// Whether this document was loaded again, in whose step of the history its place was noted.
function isReloaded() {
  return performance.getEntriesByType("navigation")[0]?.type === "reload";
}
