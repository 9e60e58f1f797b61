// Two metrics against each other, with the regions of the states and the film's point in it: an SVG, which prints.
import { before } from "./clock.js";
import { category, isDark } from "./palette.js";
import { colours, stateAt } from "./states.js";
import { capital, element, ticks, words } from "./words.js";

const NS = "http://www.w3.org/2000/svg", SIZE = 320, EDGE = 44;
const node = (name, attributes, text) => {
  const e = document.createElementNS(NS, name);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  if (text) e.textContent = text;
  return e;
};
const titled = (series) => capital(words(series.title)) + (series.symbol ? ` ${series.symbol}` : "") + (series.unit ? ` (${series.unit})` : "");

/** Draw the diagram of the runs that have one; returns { move(time) }, or null where none has. */
export function diagram(place, runs) {
  const shown = runs.flatMap((run, order) => (run.diagram ? [{ run, order, ...run.diagram }] : []));
  place.hidden = !shown.length;
  if (!shown.length) return null;
  const [first] = shown, dark = isDark(), states = colours(runs), many = runs.length > 1;
  const [bx, by] = [first.x.range, first.y.range], room = SIZE - EDGE - 16;
  const px = (v) => EDGE + ((v - bx[0]) / (bx[1] - bx[0])) * room, py = (v) => SIZE - EDGE - ((v - by[0]) / (by[1] - by[0])) * room;
  const title = `${titled(first.y)} against ${titled(first.x)}`;
  const svg = node("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img", "aria-label": title });
  const labels = [];
  for (const { label, x, y, largest } of first.regions) {
    svg.append(node("rect", { x: px(x[0]), y: py(y[1]), width: px(x[1]) - px(x[0]), height: py(y[0]) - py(y[1]), fill: states.get(label) ?? "none", class: "region" }));
    if (largest) labels.push(node("text", { x: px(x[1]) - 5, y: py(y[1]) + 14, class: "region-name", "text-anchor": "end" }, capital(words(label))));
  }
  for (const [b, at] of [[bx, (v, text) => node("text", { x: px(v), y: SIZE - EDGE + 15, "text-anchor": "middle" }, text)], [by, (v, text) => node("text", { x: EDGE - 6, y: py(v) + 4, "text-anchor": "end" }, text)]]) {
    const marks = [b[0], (b[0] + b[1]) / 2, b[1]];
    ticks(marks).forEach((text, k) => svg.append(at(marks[k], text)));
  }
  svg.append(node("path", { d: `M${px(bx[0])},${py(by[1])}V${py(by[0])}H${px(bx[1])}`, class: "axis" }));
  svg.append(node("text", { x: EDGE + room / 2, y: SIZE - 8, "text-anchor": "middle" }, titled(first.x)));
  svg.append(node("text", { transform: `translate(12,${SIZE - EDGE - room / 2}) rotate(-90)`, "text-anchor": "middle" }, titled(first.y)));
  const dots = shown.map(({ run, order, times, xs, ys }) => {
    let d = "", pen = "M";
    const marks = new Map(), own = category(many ? order : 0, dark);
    xs.forEach((x, k) => {
      const y = ys[k];
      if (x === null || y === null) return void (pen = "M");
      const place = `${px(x).toFixed(1)},${py(y).toFixed(1)}`, label = many ? null : stateAt(run, times[k]);
      d += pen + place;
      pen = "L";
      const colour = many ? own : states.get(label) ?? "currentColor";
      marks.set(colour, `${marks.get(colour) ?? ""}M${place}h0`); // a line of no length, with round ends: a point
    });
    svg.append(node("path", { d, class: "path", stroke: many ? own : "currentColor" }));
    for (const [colour, of] of marks) svg.append(node("path", { d: of, class: "points", stroke: colour }));
    return node("circle", { r: 5, class: "here", fill: many ? own : "var(--now)" });
  });
  svg.append(...labels, ...dots);
  place.replaceChildren(svg, element("figcaption", { textContent: `${title}. ${many ? "A point for each frame, in the colour of its run" : "A point for each frame, in the colour of its state"}.` }));
  return {
    move(t) {
      shown.forEach(({ times, xs, ys }, k) => {
        const i = before(times, t), [x, y] = [xs[i] ?? null, ys[i] ?? null];
        dots[k].setAttribute("visibility", x === null || y === null ? "hidden" : "visible");
        if (x !== null && y !== null) (dots[k].setAttribute("cx", px(x)), dots[k].setAttribute("cy", py(y)));
      });
    },
  };
}
