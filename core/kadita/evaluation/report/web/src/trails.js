// The ways agents came, as pieces of lines that fade: places from the focus, linear light and opacity.

/** Pieces of a trail: fewer where there are many. */
const piecesOf = (columns) => (columns > 500 ? 12 : 20);

export class Trails {
  constructor(school) {
    Object.assign(this, { school, pieces: piecesOf(school.film.columns), reach: 0, count: 0, places: new Float32Array(0), colours: new Float32Array(0) });
  }

  /** As many frames back as an agent takes for some lengths of its glyph, at most half of the film; 0 for none. */
  long(lengths) {
    const { run, length, film } = this.school, step = run.step > 0 ? run.step : length;
    this.reach = lengths > 0 ? Math.min((lengths * length) / step, Math.max(film.frames / 2, 1)) : 0;
  }

  settle() {
    const { school, reach, pieces } = this, { film, time, frame, cell, whole, colours, chosenColumn } = school;
    this.count = 0;
    if (!(reach > 0)) return;
    if (!this.places.length) {
      this.places = new Float32Array(6 * pieces * film.columns);
      this.colours = new Float32Array(8 * pieces * film.columns);
    }
    const p = this.places, c = this.colours, here = new Float64Array(6), last = new Float64Array(3);
    let n = 0;
    for (let k = 0; k < school.count; k++) {
      const column = school.there[k], agent = film.agent(column, frame);
      if (chosenColumn >= 0 && column !== chosenColumn) continue;
      last.set(school.now.subarray(6 * column, 6 * column + 3));
      for (let piece = 1; piece <= pieces; piece++) {
        const then = time - (reach * piece) / pieces;
        if (then < 0 || film.agent(column, Math.round(then)) !== agent || !film.at(column, then, here)) break;
        school.shift(here, 0);
        let across = false;
        for (let x = 0; cell && x < 3; x++) {
          const d = here[x] - last[x];
          if (!(cell[x] > 0) || Math.abs(d) <= cell[x] / 2) continue;
          if (whole) here[x] -= cell[x] * Math.round(d / cell[x]); // one line, out of the cell
          else across = true; // it left through one side and came in by the other
        }
        if (!across) {
          for (let x = 0; x < 3; x++) (p[6 * n + x] = last[x]), (p[6 * n + 3 + x] = here[x]);
          for (let e = 0; e < 2; e++) {
            const fade = 1 - (piece - 1 + e) / pieces, o = 8 * n + 4 * e;
            for (let x = 0; x < 3; x++) c[o + x] = colours[3 * column + x];
            c[o + 3] = 0.9 * fade * fade;
          }
          n++;
        }
        last[0] = here[0]; last[1] = here[1]; last[2] = here[2];
      }
    }
    this.count = n;
  }
}
