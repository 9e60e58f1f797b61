// Words and numbers as the page shows them.

/** A number with some digits that count; `undefined` where it is none. */
export function number(x, digits = 3) {
  if (x === null || Number.isNaN(x)) return "undefined";
  const short = Number(x.toPrecision(digits));
  return Math.abs(short) >= 1e7 ? short.toExponential().replace("e+", "e") : short.toString();
}

export const unit = (u) => (u ? ` ${u}` : "");

/** A name of code in words: `nearest_neighbor_distance` is "nearest neighbor distance". */
export const words = (name) => String(name).replaceAll("_", " ");

/** With a capital letter first, as labels and captions stand on the page. */
export const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A length on the page's scale bar, or of an axis: "2 cm", or "2 lengths" where no unit is known. */
export const length = (x, u) => `${number(x)} ${u || (x === 1 ? "length" : "lengths")}`;

/** Numbers along an axis, all with the digits that their distance asks for. */
export function ticks(values) {
  const most = Math.max(...values.map(Math.abs)), apart = values.length > 1 ? Math.abs(values[1] - values[0]) : most;
  if (most === 0 || !Number.isFinite(most)) return values.map(String);
  if (most >= 1e6 || apart < 1e-4) return values.map((v) => (v === 0 ? "0" : Number(v.toPrecision(10)).toExponential().replace("e+", "e")));
  const digits = Math.max(0, Math.min(10, -Math.floor(Math.log10(apart * 1.0001))));
  const more = Math.abs(apart * 10 ** digits - Math.round(apart * 10 ** digits)) > 1e-6 ? 1 : 0; // steps of 2.5
  return values.map((v) => v.toFixed(digits + more));
}

/** Make an element: properties, then children or text. Text is text: nothing of the data is read as HTML. */
export function element(name, properties = {}, ...children) {
  const e = Object.assign(document.createElement(name), properties);
  e.append(...children);
  return e;
}
