// The film: places and headings of every agent in every frame, and where they are between frames.

const way = [0, 0, 0], later = [0, 0, 0], end = [0, 0, 0], box = [0, 0, 0];

/**
 * Frames of columns. A column holds one agent in one frame; `who` says which, where that changes.
 * Lengths are in the unit of the trajectory; times here are numbers of frames, with fractions between frames.
 */
export class Film {
  constructor(parts) {
    Object.assign(this, parts);
  }

  present(column, frame) {
    return this.places[0][frame * this.columns + column] !== this.absent;
  }

  /** Index of the agent in a column. */
  agent(column, frame) {
    return this.who ? this.who[frame * this.columns + column] : column;
  }

  /** Frame before a time, and how far the next one is come: 0 at the frame, 1 at the next. */
  split(time) {
    const a = Math.max(0, Math.min(Math.floor(time), this.frames - 1));
    return [a, Math.min(a + 1, this.frames - 1), Math.max(0, time - a)];
  }

  /** Lengths of the periodic cell at a time, 0 along an open axis; null where space is open. */
  cellAt(time) {
    if (!this.boxes) return this.cell;
    const [a, b, s] = this.split(time);
    for (let x = 0; x < 3; x++) {
      const p = this.boxes[3 * a + x], q = this.boxes[3 * b + x];
      box[x] = p > 0 && q > 0 ? p + s * (q - p) : p;
    }
    return box;
  }

  /** Where the centre is at a time, along the nearer way through the cell; where nobody is, `out` stays. */
  centre(time, out) {
    const [a, b, s] = this.split(time), { centres } = this, cell = this.cellAt(time);
    for (let x = 0; x < 3; x++) {
      const p = centres[3 * a + x], q = centres[3 * b + x];
      if (Number.isNaN(p)) continue;
      let d = Number.isNaN(q) ? 0 : q - p;
      if (cell?.[x] > 0) d -= cell[x] * Math.round(d / cell[x]);
      out[x] = p + s * d;
    }
    return out;
  }

  /** Place of a column in a frame, as it is stored, into out[o..]. */
  position(column, frame, out, o = 0) {
    const k = frame * this.columns + column, { places, centres, quantum } = this;
    for (let x = 0; x < 3; x++) out[o + x] = places[x] ? centres[3 * frame + x] + places[x][k] * quantum : this.z;
  }

  /** Unit vector of the heading in a frame, from two signed bytes on an octahedron, into out[o..]; false where it is not known. */
  heading(column, frame, out, o = 0) {
    const k = frame * this.columns + column;
    if (!this.turned || (this.turned[0][k] === -128 && this.turned[1][k] === -128)) {
      out[o] = out[o + 1] = out[o + 2] = NaN;
      return false;
    }
    let x = this.turned[0][k] / 127, y = this.turned[1][k] / 127;
    const z = 1 - Math.abs(x) - Math.abs(y), t = Math.max(-z, 0);
    x -= x >= 0 ? t : -t;
    y -= y >= 0 ? t : -t;
    const norm = Math.hypot(x, y, z);
    out[o] = x / norm;
    out[o + 1] = y / norm;
    out[o + 2] = z / norm;
    return true;
  }

  /**
   * Place (out[o..o+2]) and heading (out[o+3..o+5], NaN: not known) of a column at a time; false where nobody is there.
   * Between frames with the same agent: the cubic through both places that leaves and arrives along the headings; a
   * straight line where they are directions of bodies, where one of them is not known, and where one points back, so
   * that the agent moved aside or turned by more than half a circle; along the nearer way through the cell. An agent that comes or goes
   * between two frames is where it was seen, for the half of the time that is nearer to that frame.
   */
  at(column, time, out, o = 0) {
    const [a, b, s] = this.split(time);
    const here = this.present(column, a), there = this.present(column, b);
    const both = here && there && this.agent(column, a) === this.agent(column, b);
    if (!both || s === 0) {
      const frame = s < 0.5 ? a : b;
      if (!(frame === a ? here : there)) return false;
      this.position(column, frame, out, o);
      this.heading(column, frame, out, o + 3);
      return true;
    }
    this.position(column, a, out, o);
    this.position(column, b, end);
    const knows = this.heading(column, a, out, o + 3), knew = this.heading(column, b, later), cell = this.cellAt(time);
    let far = 0, leaves = 0, arrives = 0;
    for (let x = 0; x < 3; x++) {
      way[x] = end[x] - out[o + x];
      if (cell?.[x] > 0) way[x] -= cell[x] * Math.round(way[x] / cell[x]);
      far += way[x] * way[x];
      leaves += way[x] * out[o + 3 + x];
      arrives += way[x] * later[x];
    }
    far = Math.sqrt(far);
    if (!this.curved || !knows || !knew || far === 0 || leaves < 0 || arrives < 0) {
      for (let x = 0; x < 3; x++) {
        out[o + x] += s * way[x];
        if (s >= 0.5) out[o + 3 + x] = later[x];
      }
      return true;
    }
    const s2 = s * s, s3 = s2 * s;
    let norm = 0;
    for (let x = 0; x < 3; x++) {
      const u = far * out[o + 3 + x], v = far * later[x];
      out[o + x] += (3 * s2 - 2 * s3) * way[x] + (s3 - 2 * s2 + s) * u + (s3 - s2) * v;
      end[x] = (6 * s - 6 * s2) * way[x] + (3 * s2 - 4 * s + 1) * u + (3 * s2 - 2 * s) * v;
      norm += end[x] ** 2;
    }
    norm = Math.sqrt(norm);
    // where the curve stands still it has no direction: the nearer heading
    for (let x = 0; x < 3; x++) out[o + 3 + x] = norm > 1e-6 * far ? end[x] / norm : s < 0.5 ? out[o + 3 + x] : later[x];
    return true;
  }

  /** The column that holds an agent in a frame; -1 where it is absent. */
  columnOf(agent, frame) {
    if (!this.who) return this.present(agent, frame) ? agent : -1;
    for (let c = 0; c < this.columns; c++) if (this.agent(c, frame) === agent && this.present(c, frame)) return c;
    return -1;
  }
}
