// Links that Streamlit answers as it answers the browser's own Back and Forward: it runs the page
// of the new address. A click costs one run and one step of the history.

import { noteTop, scrollBack } from "./history.js";

// Makes an anchor lead to an address of the page.
export function follow(anchor, href, onLeave = () => {}) {
  anchor.href = href;
  anchor.onclick = (event) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    go(href);
    scrollBack();
    onLeave();
  };
}

// Opens an address on a click on a button or a spot of a canvas. Returns whether this page leads
// there, and not another tab.
export function visit(href, event) {
  if (opensElsewhere(event)) {
    window.open(href);
    return false;
  }
  go(href);
  return true;
}

function go(href) {
  noteTop();
  window.history.pushState({}, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

function opensElsewhere(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0;
}
