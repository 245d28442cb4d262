// Takes a picture from the clipboard, shrinks it, and hands it to the page.

export default function ({ data, parentElement, setTriggerValue }) {
  const status = parentElement.querySelector("[role=status]");
  const send = async (file) => {
    status.textContent = "";
    setTriggerValue("picture", await shrunk(file, data.most));
  };
  const onPaste = (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find((each) =>
      each.type.startsWith("image/"),
    );
    if (!file) return;
    event.preventDefault();
    send(file);
  };
  document.addEventListener("paste", onPaste);
  parentElement.querySelector("button").onclick = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) return await send(await item.getType(type));
      }
      status.textContent = "The clipboard holds no picture.";
    } catch {
      status.textContent = "Your browser does not share the clipboard. Press Ctrl V instead.";
    }
  };
  return () => document.removeEventListener("paste", onPaste);
}

async function shrunk(file, most) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL(file.type === "image/png" ? "image/png" : "image/jpeg", 0.92);
}
