// All metrics against time: one chart for each, with a line for each run that has it.
import { chart } from "./chart.js";
import { valueAt } from "./clock.js";
import { category, theme } from "./palette.js";
import { capital, element, number, unit, words } from "./words.js";

/** Runs' series of one metric: [{ title, unit, symbol, range, lines: [{ run, order, series }] }], in the order of the first run that has it. */
function byMetric(runs) {
  const found = new Map();
  runs.forEach((run, order) => run.series.forEach((series) => {
    if (!series.times.length) return;
    if (!found.has(series.name)) found.set(series.name, { ...series, lines: [] });
    found.get(series.name).lines.push({ run, order, series });
  }));
  return [...found.values()];
}

/** A range that holds for all runs; null where one of them has none. */
function common(lines) {
  const ranges = lines.map(({ series }) => series.range);
  return ranges.some((r) => !r || r.some((v) => v === null)) ? null : [Math.min(...ranges.map((r) => r[0])), Math.max(...ranges.map((r) => r[1]))];
}

export class Curves {
  constructor(place, runs, seek) {
    Object.assign(this, { place, runs, seek, charts: [], time: 0 });
    this.metrics = byMetric(runs);
    place.hidden = !this.metrics.length;
  }

  /** Draw all anew: at the start, with another theme or another width. */
  draw() {
    const { place, metrics, runs } = this, t = theme(), many = runs.length > 1;
    for (const { chart: old } of this.charts) old.destroy();
    place.replaceChildren();
    if (many) {
      place.append(element("ul", { className: "runs" }, ...runs.map((run, k) => {
        const chip = element("i");
        chip.style.background = category(k, t.dark);
        return element("li", {}, chip, run.name);
      })));
    }
    const room = (place.clientHeight || 560) / metrics.length, height = Math.max(96, Math.min(200, Math.floor(room) - 34));
    this.charts = metrics.map((metric) => {
      const lines = metric.lines.map(({ run, order, series }) => ({ ...series, run, colour: category(many ? order : 0, t.dark) }));
      const values = lines.map((line) => {
        const value = element("b");
        if (many) value.style.borderColor = line.colour;
        return value;
      });
      const title = capital(words(metric.title)) + (metric.symbol ? ` ${metric.symbol}` : "") + (metric.unit ? ` (${metric.unit})` : "");
      const canvas = element("div");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `${title} against time. ` + lines.map((l) => `${many ? `${l.run.name}: ` : ""}mean ${number(l.mean)}${l.error === null ? "" : ` ± ${number(l.error, 2)}`}${unit(l.unit)}`).join("; "));
      place.append(element("figure", {}, element("figcaption", {}, element("span", { textContent: title }), element("span", { className: "values" }, ...values)), canvas));
      const drawn = chart(canvas, lines, { range: common(metric.lines), width: place.clientWidth, height, many, seek: this.seek });
      return { chart: drawn, lines, values };
    });
    queueMicrotask(() => this.move(this.time)); // uPlot knows its scales only then
  }

  move(time) {
    this.time = time;
    for (const { chart: drawn, lines, values } of this.charts) {
      drawn.move(time);
      lines.forEach((line, k) => {
        const over = time < line.times[0] || time > line.times[line.times.length - 1], text = over ? "–" : number(valueAt(line, line.run, time));
        if (values[k].textContent !== text) values[k].textContent = text;
      });
    }
  }
}
