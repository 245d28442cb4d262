// Links that Streamlit answers as it answers the browser's own Back and Forward: by running the
// page of that address. Stands before the scripts that use it, in one file.

function follow(way, href) {
  way.href = href;
  way.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(href, event);
  };
}

function go(href, event) {
  if (event.ctrlKey || event.metaKey) return void window.open(href);
  window.history.pushState({}, "", href);
  window.dispatchEvent(new PopStateEvent("popstate"));
}
