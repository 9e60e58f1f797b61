// What the colours of the agents mean.
import { along } from "./paints.js";
import { category, css, srgb, wheel } from "./palette.js";
import { capital, element, number, unit, words } from "./words.js";

const MOST = 10; // categories that are listed
const $ = (id) => document.getElementById(id);

/** The wheel of headings seen from above, with its axes. */
function disc(key, t, ink) {
  const w = (key.canvas.width = key.canvas.height = 168), r0 = 0.76 * w / 2, x0 = w * 0.42, y0 = w * 0.58;
  const picture = key.createImageData(w, w), mixed = [0, 0, 0];
  for (let j = 0; j < w; j++) for (let i = 0; i < w; i++) {
    const x = (i + 0.5 - x0) / r0, y = (y0 - j - 0.5) / r0, r = Math.hypot(x, y);
    if (r > 1) continue;
    wheel(x, y, 0, t.lightness, mixed);
    picture.data.set([...mixed.map((c) => 255 * srgb(c)), 255 * Math.min(1, (1 - r) * r0)], 4 * (j * w + i));
  }
  key.putImageData(picture, 0, 0);
  key.fillStyle = ink;
  key.font = "italic 22px serif";
  key.textAlign = "center";
  key.fillText("x", x0 + r0 + 13, y0 + 6);
  key.fillText("y", x0, y0 - r0 - 8);
}

function bar(key) {
  key.canvas.width = 300;
  key.canvas.height = 16;
  for (let x = 0; x < 300; x++) {
    key.fillStyle = css(along(x / 299));
    key.fillRect(x, 0, 1, 16);
  }
}

/** Write the legend of a paint. `flat`: all schools are in a plane. */
export function legend(paint, t, flat) {
  const key = $("key").getContext("2d"), style = getComputedStyle(document.documentElement);
  const place = $("legend"), list = [];
  place.dataset.kind = paint.kind;
  let text = "";
  if (paint.kind === "heading") {
    disc(key, t, style.getPropertyValue("--quiet"));
    text = flat ? "Heading" : "Heading, seen from above; lighter climbs";
  } else if (paint.kind === "scale") {
    bar(key);
    const { lo, hi } = paint, same = !(hi > lo);
    text = same ? `${paint.title}: ${number(lo)}${unit(paint.unit)}` : `${paint.title}: ≤ ${number(lo, 2)} to ≥ ${number(hi, 2)}${unit(paint.unit)}`;
  } else if (paint.kind === "categories") {
    text = paint.title;
    paint.labels.slice(0, MOST).forEach((label, k) => {
      const chip = element("i");
      chip.style.background = category(k, t.dark);
      list.push(element("li", {}, chip, capital(words(label))));
    });
    if (paint.labels.length > MOST) list.push(element("li", {}, `and ${paint.labels.length - MOST} more`));
  }
  if (paint.undefined) {
    const chip = element("i");
    chip.style.background = t.faint;
    list.push(element("li", {}, chip, "Undefined"));
  }
  $("key-list").replaceChildren(...list);
  $("key-list").hidden = !list.length;
  $("key-text").textContent = text;
}
