// One metric against time, a line for each run, with a cursor that is the film's.
import uPlot from "uplot";
import { valueAt } from "./clock.js";
import { category, isDark } from "./palette.js";
import { element, ticks } from "./words.js";

const FONT = 11;

/** The widest of some texts, in CSS pixels. */
function widest(u, texts, font) {
  u.ctx.font = font;
  return Math.ceil(Math.max(0, ...(texts ?? []).map((text) => u.ctx.measureText(text ?? "").width)));
}

/** The tables of all lines on one axis of times. undefined: no frame of that run at that time; null: undefined there, a gap. */
const joined = (lines) => (lines.length === 1 ? [lines[0].times, lines[0].values] : uPlot.join(lines.map((l) => [l.times, l.values])));

/** Shade what does not count yet (of one line), and the mean with its error. */
function shade(u, lines, many, settling) {
  const { ctx } = u, { left, top, width, height } = u.bbox;
  const bound = (v, least, most) => Math.min(Math.max(v, least), most);
  ctx.save();
  for (const { times, start, mean, error, colour } of lines) {
    const x = start > 0 ? bound(u.valToPos(times[Math.min(start, times.length - 1)], "x", true), left, left + width) : left;
    if (start > 0 && lines.length === 1) {
      ctx.fillStyle = settling;
      ctx.fillRect(left, top, x - left, height);
    }
    if (mean === null) continue;
    const e = error ?? 0, [a, b] = [mean + e, mean - e].map((y) => bound(u.valToPos(y, "y", true), top, top + height));
    ctx.fillStyle = many ? `${colour}38` : `${category(1, isDark())}66`;
    const end = bound(u.valToPos(times[times.length - 1], "x", true), left, left + width);
    ctx.fillRect(x, a, end - x, Math.max(b - a, devicePixelRatio));
  }
  ctx.restore();
}

/**
 * Draw a chart in `place`. `lines`: [{times, values, start, mean, error, colour}]; `range`: [lo, hi] of a metric that has
 * bounds, or null. `seek(time)` is called where someone points. Returns { move(time), destroy() }.
 */
export function chart(place, lines, { range, width, height, many, seek }) {
  const css = getComputedStyle(document.documentElement), font = `${FONT}px ${css.getPropertyValue("--font")}`;
  const known = lines.some((l) => l.values.some((v) => v !== null));
  const axis = { stroke: css.getPropertyValue("--quiet"), font, ticks: { show: false }, grid: { stroke: css.getPropertyValue("--line"), width: 1 }, gap: 4 };
  const bounds = known ? range : [0, 1], pad = bounds ? 0.02 * (bounds[1] - bounds[0]) : 0;
  const u = new uPlot({
    width, height,
    // half of the last number along the axis may stand out
    padding: [7, (self) => 4 + widest(self, [self.axes?.[0]?._values?.at(-1) ?? ""], font) / 2 / devicePixelRatio + 6, 0, 0],
    legend: { show: false },
    cursor: { x: false, y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: false, range: (_, a, b) => (a < b ? [a, b] : [a - 0.5, a + 0.5]) }, y: bounds ? { range: [bounds[0] - pad, bounds[1] + pad] } : {} },
    series: [{}, ...lines.map((l) => ({ stroke: l.colour, width: 1.4, points: { show: l.values.filter((v) => v !== null).length < 3, size: 5, fill: l.colour } }))],
    axes: [
      { ...axis, size: 22, grid: { show: false }, space: 56, values: (_, splits) => ticks(splits) },
      {
        ...axis, space: 26, values: (_, splits) => (known ? ticks(splits) : splits.map(() => "")),
        size: (self, values) => Math.max(34, widest(self, values, font) + 10),
        ...(bounds ? { splits: () => [bounds[0], (bounds[0] + bounds[1]) / 2, bounds[1]] } : {}),
      },
    ],
    hooks: { drawClear: [(self) => shade(self, lines, many, css.getPropertyValue("--settling"))] },
  }, joined(lines), place);
  if (!known) u.over.append(element("span", { className: "nothing", textContent: "Undefined in all frames" }));
  const now = element("div", { className: "now" });
  const dots = lines.map((l) => {
    const dot = element("div", { className: "dot" });
    dot.style.background = many ? l.colour : "var(--now)";
    return dot;
  });
  u.over.append(now, ...dots);
  const point = (event) => seek(u.posToVal(event.clientX - u.over.getBoundingClientRect().left, "x"));
  u.over.addEventListener("pointerdown", (event) => {
    u.over.setPointerCapture(event.pointerId);
    point(event);
  });
  u.over.addEventListener("pointermove", (event) => u.over.hasPointerCapture(event.pointerId) && point(event));
  return {
    move(time) {
      now.style.transform = `translateX(${u.valToPos(time, "x")}px)`;
      lines.forEach((line, k) => {
        const value = valueAt(line, line.run, time); // null of a run that has ended, or has not begun
        dots[k].hidden = value === null;
        if (value !== null) dots[k].style.transform = `translate(${u.valToPos(time, "x")}px, ${u.valToPos(value, "y")}px)`;
      });
    },
    destroy: () => u.destroy(),
  };
}
