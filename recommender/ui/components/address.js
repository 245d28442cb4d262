// Keeps what a visitor sees in the address, for the link that is shared. It replaces the address
// instead of adding one: Back leads to the page before, not through every move of a slider.

const WAIT_MS = 250; // browsers refuse to note every move

const waiting = new WeakMap();

// Changes the address's parameters soon, unless its element or its page has gone by then.
export function noteInAddress(element, change) {
  clearTimeout(waiting.get(element));
  const path = location.pathname;
  const note = () => {
    if (location.pathname !== path || !element.isConnected) return;
    const address = new URL(location.href);
    change(address.searchParams);
    window.history.replaceState(window.history.state, "", address);
  };
  waiting.set(element, setTimeout(note, WAIT_MS));
}
