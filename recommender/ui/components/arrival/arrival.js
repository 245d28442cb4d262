// Receives a visitor at a page. Runs when all of the page is drawn.

import { focusHeading } from "../heading.js";
import { noteTop, scrollBack, scroller } from "../history.js";

const REST_MS = 150; // browsers refuse to note every move
const MOST_MS = 3000;

export default function ({ data, parentElement }) {
  const status = parentElement.querySelector("p");
  const isElsewhere = status.place !== undefined && status.place !== data.place;
  if (isElsewhere) focusHeading();
  if (isElsewhere || Date.now() < status.leavesUntil) scrollBack();
  status.place = data.place;
  status.leavesUntil = 0;
  status.textContent = data.said;

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
  };
  main?.addEventListener("scroll", scrolled, { passive: true });
  window.addEventListener("popstate", left);
  return () => {
    main?.removeEventListener("scroll", scrolled);
    window.removeEventListener("popstate", left);
  };
}
