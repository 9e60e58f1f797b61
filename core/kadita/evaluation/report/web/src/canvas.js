// The same picture without WebGL: on a canvas of two dimensions, by hand. Same interface as webgl.js.
import { Matrix4 } from "three";
import { srgb } from "./palette.js";
import { least, outlines } from "./shapes.js";
import { isOpen, specks, SPECKS, walls } from "./walls.js";

const bytes = Uint8Array.from({ length: 1025 }, (_, k) => Math.round(255 * srgb(k / 1024))); // of linear light
const css = (c, o) => `rgb(${bytes[Math.min(1024, Math.round(1024 * c[o]))]} ${bytes[Math.min(1024, Math.round(1024 * c[o + 1]))]} ${bytes[Math.min(1024, Math.round(1024 * c[o + 2]))]})`;

export class Canvas {
  constructor(canvas, school, eye) {
    Object.assign(this, { canvas, school, eye, plane: eye.plane, matrix: new Matrix4(), specks: new Float32Array(3 * SPECKS) });
    this.pen = canvas.getContext("2d");
    this.spot = new Float64Array(3 * school.film.columns); // x and y in pixels, and depth
    this.order = [];
  }

  shape(name) {
    this.outline = name === "points" ? null : outlines[name] ?? outlines[name === "cone" ? "dart" : "flat fish"];
  }

  dress(t) {
    this.theme = t;
  }

  resize(width, height, ratio) {
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  /** Pixels and depth of a place, into out[o..]. */
  project(x, y, z, out, o = 0) {
    const m = this.matrix.elements, w = m[3] * x + m[7] * y + m[11] * z + m[15];
    out[o] = ((m[0] * x + m[4] * y + m[8] * z + m[12]) / w + 1) * 0.5 * this.width;
    out[o + 1] = (1 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w) * 0.5 * this.height;
    out[o + 2] = w;
    return w > this.eye.camera.near;
  }

  lines(ends, count, colour) {
    const { pen } = this, p = [0, 0, 0], q = [0, 0, 0];
    let last = null;
    for (let k = 0; k < count; k++) {
      const o = 6 * k;
      if (!this.project(ends[o], ends[o + 1], ends[o + 2], p) || !this.project(ends[o + 3], ends[o + 4], ends[o + 5], q)) continue;
      const next = colour(k);
      if (next !== last) {
        if (last !== null) pen.stroke();
        pen.beginPath();
        [pen.strokeStyle, pen.globalAlpha] = next.split("|");
        last = next;
      }
      pen.moveTo(p[0], p[1]);
      pen.lineTo(q[0], q[1]);
    }
    if (last !== null) pen.stroke();
    pen.globalAlpha = 1;
  }

  body(column, pixels, alpha) {
    const { pen, school, spot, outline } = this, { now, colours } = school, o = 6 * column, s = 3 * column;
    const chosen = column === school.chosenColumn, pale = school.chosenColumn >= 0 && !chosen;
    pen.fillStyle = css(colours, s);
    pen.globalAlpha = pale ? 0.3 * alpha : alpha;
    const long = Math.max(pixels * school.size, outline ? least(school.film.columns) : 4) * (chosen ? 1.6 : 1);
    const [x, y] = [spot[s], spot[s + 1]];
    pen.beginPath();
    if (!outline || Number.isNaN(now[o + 3])) {
      pen.arc(x, y, Math.max(0.25 * long, outline ? 3 : 2), 0, 7);
    } else {
      const e = this.eye.camera.matrixWorldInverse.elements;
      const u = e[0] * now[o + 3] + e[4] * now[o + 4] + e[8] * now[o + 5], v = -(e[1] * now[o + 3] + e[5] * now[o + 4] + e[9] * now[o + 5]);
      const flat = Math.hypot(u, v) || 1, cos = u / flat, sin = v / flat, along = Math.max(flat, 0.25) * long; // shorter where it comes at us
      for (const side of [1, -1]) {
        const points = side > 0 ? outline : [...outline].reverse();
        for (const [a, b] of points) pen.lineTo(x + a * along * cos - side * b * long * sin, y + a * along * sin + side * b * long * cos);
      }
    }
    pen.fill();
  }

  draw() {
    const { pen, school, eye, spot, order, theme } = this, { camera } = eye, { now, there, count, trails } = school;
    const deep = Math.max(school.radius, eye.seen), far = eye.distance();
    camera.updateMatrixWorld();
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    pen.lineWidth = 1;
    const edges = walls(school, 1.5 * deep);
    this.lines(edges, edges.length / 6, () => `${theme.cage}|1`);
    if (isOpen(school)) {
      specks(school, 6 * eye.seen, this.specks);
      pen.fillStyle = theme.speck;
      pen.globalAlpha = theme.specks;
      const p = [0, 0, 0];
      for (let k = 0; k < SPECKS; k++) if (this.project(...this.specks.subarray(3 * k, 3 * k + 3), p)) pen.fillRect(p[0] - 1, p[1] - 1, 2, 2);
    }
    this.lines(trails.places, trails.count, (k) => `${css(trails.colours, 8 * k)}|${(Math.round(5 * trails.colours[8 * k + 3]) / 5).toFixed(1)}`);
    order.length = 0;
    for (let k = 0; k < count; k++) {
      const o = 6 * there[k];
      if (this.project(now[o], now[o + 1], now[o + 2], spot, 3 * there[k])) order.push(there[k]);
    }
    if (!this.plane) order.sort((a, b) => spot[3 * b + 2] - spot[3 * a + 2]); // the far ones first
    const scale = this.height / (2 * eye.half());
    for (const column of order) {
      const depth = spot[3 * column + 2], alpha = this.plane ? 1 : Math.min(1, Math.max(0.35, 1 - (depth - far + 0.6 * deep) / (3.2 * deep)));
      this.body(column, scale / depth, alpha);
    }
    pen.globalAlpha = 1;
  }
}
