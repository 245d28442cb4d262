// The steps of the browser's history. Each keeps how far down its page was scrolled, because the
// page scrolls in an element of its own, whose place no browser keeps.

const UNFOLDS_MS = 2000; // until the pictures and controls of a page have their sizes
const SHEET = "page";

// By which a visitor scrolls.
export const MOVES = ["wheel", "touchmove", "keydown", "pointerdown"];

// The element that scrolls.
export const scroller = () => document.querySelector('[data-testid="stMain"]');

// Notes in the current step how far the page is scrolled.
export function noteTop() {
  const state = { ...window.history.state, top: scroller()?.scrollTop ?? 0 };
  window.history.replaceState(state, "", window.location.href);
}

// Scrolls to where the current step was left; to the top, if it is new.
export function scrollBack() {
  const main = scroller();
  if (!main) return;
  const top = window.history.state?.top ?? 0;
  main.scrollTo({ top });
  if (main.scrollTop >= top - 1) return;
  const end = new AbortController();
  const growth = new ResizeObserver(() => {
    main.scrollTo({ top });
    if (main.scrollTop >= top - 1) end.abort();
  });
  end.signal.addEventListener("abort", () => growth.disconnect());
  for (const child of main.children) growth.observe(child);
  for (const move of MOVES)
    document.addEventListener(move, () => end.abort(), { signal: end.signal, once: true });
  setTimeout(() => end.abort(), UNFOLDS_MS);
}

// Makes each change of the named parameters a step, so that Back leads to the search before. Streamlit
// puts a control's value into the address in the place of the one before; there is no setting for it.
export function makeSteps(names) {
  window.history.replaceState = (state, unused, url) => {
    const next = new URL(url ?? window.location.href, window.location.href);
    const before = new URLSearchParams(window.location.search);
    const changed = names.filter(
      (name) => String(before.getAll(name)) !== String(next.searchParams.getAll(name)),
    );
    // what the server puts right in an address that Back led to is given as a path, and is no step:
    // Back would lead to it again and again
    const isPutRight = String(url).startsWith("/");
    if (!changed.length || isPutRight || next.pathname !== window.location.pathname) {
      History.prototype.replaceState.call(window.history, state, unused, url);
      return;
    }
    noteTop();
    if (!changed.includes(SHEET)) next.searchParams.delete(SHEET); // another search begins anew
    window.history.pushState(state, unused, next);
  };
}
