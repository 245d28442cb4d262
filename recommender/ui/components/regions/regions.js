// Dots on the things in a photo, corners around the chosen one, and their names beside it.

const WHOLE = -1;

export default function ({ data, parentElement, setTriggerValue }) {
  const part = (name) => parentElement.querySelector(name);
  const photo = part(".photo");
  const picture = part("img");
  const names = part(".names");
  if (photo.shown !== data.photo) {
    photo.shown = data.photo;
    picture.src = data.src;
    picture.style.aspectRatio = data.ratio;
    photo.style.setProperty("--ratio", data.ratio);
  }
  part(".lead").textContent = `${data.things.length} things in view. Choose one to search with.`;
  const use = (number) => setTriggerValue("thing", number);
  const focused = parentElement.activeElement ?? parentElement.getRootNode().activeElement;
  const kept = focused?.dataset?.thing;
  const spots = data.things.map((thing, number) => spot(thing, number, data.chosen, use));
  photo.replaceChildren(picture, ...spots);
  names.replaceChildren(
    ...data.things.map((thing, number) =>
      choice(thing.name || `part ${number + 1}`, number, number === data.chosen, use),
    ),
    choice("whole photo", WHOLE, data.chosen === WHOLE, use),
  );
  if (kept !== undefined) parentElement.querySelector(`[data-thing="${kept}"]`)?.focus();
}

function spot(thing, number, chosen, use) {
  const [left, top, width, height] = thing.box;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "spot";
  button.dataset.thing = `spot-${number}`;
  button.setAttribute("aria-label", thing.label);
  button.setAttribute("aria-pressed", number === chosen);
  Object.assign(button.style, {
    left: `${left * 100}%`,
    top: `${top * 100}%`,
    width: `${width * 100}%`,
    height: `${height * 100}%`,
  });
  button.append(document.createElement("i"));
  button.onclick = () => use(number);
  return button;
}

function choice(name, number, isChosen, use) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "name";
  button.dataset.thing = `name-${number}`;
  button.textContent = name;
  button.setAttribute("aria-pressed", isChosen);
  button.onclick = () => use(number);
  return button;
}
