// Moves the focus to the page's heading: a screen reader reads it, and Tab goes on from there.
export function focusHeading() {
  const heading = document.querySelector('[data-testid="stMain"] h1');
  if (!heading) return;
  heading.tabIndex = -1; // takes the focus from scripts, not from Tab
  heading.focus({ preventScroll: true });
}
