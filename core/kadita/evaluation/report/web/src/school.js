// Where every agent of a run is in the picture, and its colour, at the time shown. What draws it only reads this.
import { linear, parts, wheel } from "./palette.js";
import { Trails } from "./trails.js";

/** Mean square distance from the centre along the closed axes, as a fraction of the lengths squared: 1/12 fills the cell. */
function filling(film) {
  let most = 0;
  for (let x = 0; x < 3; x++) {
    let sum = 0, n = 0;
    for (let k = 0; k < 8; k++) {
      const f = Math.floor((k * (film.frames - 1)) / 7), cell = film.cellAt(f);
      if (!(cell?.[x] > 0) || !film.places[x]) continue;
      for (let c = 0; c < film.columns; c++) {
        if (film.present(c, f)) (sum += ((film.places[x][f * film.columns + c] * film.quantum) / cell[x]) ** 2), n++;
      }
    }
    if (n) most = Math.max(most, sum / n);
  }
  return most;
}

export class School {
  /** `theme` and `paint` are set by `dress`; `order` is the run's number on the page. */
  constructor(film, run, order) {
    Object.assign(this, { film, run, order, time: 0, chosen: -1, chosenColumn: -1, count: 0 });
    this.radius = run.radius > 0 ? run.radius : 1;
    this.length = run.size > 0 ? run.size : this.radius / 20; // of a glyph, at size 1
    this.size = this.length;
    const walls = (run.outline ?? []).length > 0, fills = filling(film) > 0.05;
    this.closed = Boolean(run.cell?.some((l) => l > 0));
    this.whole = this.closed && !fills;
    // a school that fills its cell, or swims in a tank, is seen best from a place that does not move
    this.follow = !walls && !fills;
    this.focus = this.home(walls);
    this.middle = [...this.focus];
    this.cell = null;
    this.now = new Float64Array(6 * film.columns); // place from the focus, and heading
    this.colours = new Float32Array(3 * film.columns); // linear light
    this.there = new Int32Array(film.columns); // columns of those that are present: the first `count`
    this.trails = new Trails(this);
  }

  /** Middle of the tank or of the cell; along open axes the mean of the centres. */
  home(walls) {
    const { film, run } = this, at = [0, 0, 0], { cell } = run;
    for (let x = 0; x < 3; x++) {
      let sum = 0, n = 0;
      for (let f = 0; f < film.frames; f++) {
        const c = film.centres[3 * f + x];
        if (!Number.isNaN(c)) (sum += c), n++;
      }
      if (n) at[x] = sum / n;
      if (cell?.[x] > 0) at[x] = cell[x] / 2;
    }
    if (walls) {
      const points = run.outline.flat(), ends = [Infinity, -Infinity];
      for (let x = 0; x < 3; x++) {
        const [lo, hi] = points.reduce(([a, b], p) => [Math.min(a, p[x] ?? 0), Math.max(b, p[x] ?? 0)], ends);
        at[x] = (lo + hi) / 2;
      }
      this.tank = Math.max(...points.map((p) => Math.hypot(...at.map((a, x) => (p[x] ?? a) - a))));
    }
    return at;
  }

  dress(theme, paint = this.paint) {
    Object.assign(this, { theme, paint });
    this.unknown = parts(theme.faint).map(linear); // of a heading
    this.table = paint.colours?.(this.run, this.order, theme);
    this.bytes = this.film.scalars[paint.scalar?.(this.run) ?? -1];
  }

  colour(column, frame) {
    const { paint, table, colours, now, film } = this, o = 6 * column, c = 3 * column;
    if (paint.kind === "heading" && !Number.isNaN(now[o + 3])) return wheel(now[o + 3], now[o + 4], now[o + 5], this.theme.lightness, colours, c);
    let k = 0;
    if (paint.species) k = this.run.species?.of[film.agent(column, frame)] ?? table.length / 3 - 1;
    else if (paint.scalar) k = this.bytes ? this.bytes[frame * film.columns + column] : 0;
    const from = paint.kind === "heading" ? this.unknown : table;
    for (let i = 0; i < 3; i++) colours[c + i] = from[3 * k + i];
  }

  /** From places in the world to places from the focus: about the middle of the school, or folded into the cell. */
  shift(p, o) {
    const { cell, focus, middle, whole } = this;
    for (let x = 0; x < 3; x++) {
      const l = cell?.[x];
      if (l > 0) p[o + x] -= whole ? l * Math.round((p[o + x] - middle[x]) / l) : l * Math.floor(p[o + x] / l);
      p[o + x] -= focus[x];
    }
  }

  /** Work out the picture at a time, in frames of this run. */
  settle() {
    const { film, now, time } = this, frame = Math.min(Math.round(time), film.frames - 1), cell = film.cellAt(time);
    this.frame = frame;
    this.cell = cell?.some((l) => l > 0) ? [...cell] : null;
    film.centre(time, this.middle);
    for (let x = 0; x < 3; x++) {
      const l = this.cell?.[x];
      if (l > 0) this.middle[x] -= l * Math.floor(this.middle[x] / l);
      if (this.follow) this.focus[x] = this.middle[x];
    }
    this.count = 0;
    this.chosenColumn = -1;
    for (let column = 0; column < film.columns; column++) {
      const o = 6 * column;
      if (!film.at(column, time, now, o)) {
        now[o] = NaN;
        continue;
      }
      this.shift(now, o);
      this.colour(column, frame);
      if (this.chosen >= 0 && film.agent(column, frame) === this.chosen) this.chosenColumn = column;
      this.there[this.count++] = column;
    }
    this.trails.settle();
  }

  /** How far most of what is there now reaches from a place in the picture; 0 where nobody is. */
  reachFrom(place) {
    const far = [];
    for (let k = 0; k < this.count; k++) {
      const o = 6 * this.there[k];
      far.push(Math.hypot(this.now[o] - place[0], this.now[o + 1] - place[1], this.now[o + 2] - place[2]));
    }
    far.sort((a, b) => a - b);
    return far.length ? far[Math.floor(0.9 * (far.length - 1))] : 0;
  }
}
