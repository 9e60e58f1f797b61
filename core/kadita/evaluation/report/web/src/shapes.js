// Bodies of length 1 that swim along x, the back along z; and flat ones, for a school in a plane.
import { BufferGeometry, Float32BufferAttribute } from "three";

/** Rings about the x axis, [x, half width, half height] from nose to tail, and flat fins of three points, seen from both sides. */
function solid(stations, sides, fins = []) {
  const places = [], normals = [], faces = [];
  const point = (p, n) => (places.push(...p), normals.push(...n), places.length / 3 - 1);
  const rings = stations.map(([x, w, h]) => {
    if (w === 0) return [point([x, 0, 0], [Math.sign(x), 0, 0])];
    return Array.from({ length: sides }, (_, k) => {
      const a = (2 * Math.PI * (k + 0.5)) / sides, n = [0, Math.cos(a) / w, Math.sin(a) / h], norm = Math.hypot(...n);
      return point([x, w * Math.cos(a), h * Math.sin(a)], n.map((v) => v / norm));
    });
  });
  for (let i = 0; i + 1 < rings.length; i++) {
    const [p, q] = [rings[i], rings[i + 1]];
    for (let k = 0; k < sides; k++) {
      const l = (k + 1) % sides;
      if (p.length > 1) faces.push(p[k], q[k % q.length], p[l]);
      if (q.length > 1) faces.push(p[l % p.length], q[k], q[l]);
    }
  }
  for (const [a, b, c, n] of fins) {
    const [i, j, k] = [a, b, c].map((p) => point(p, n));
    faces.push(i, j, k, i, k, j);
  }
  const g = new BufferGeometry();
  g.setAttribute("position", new Float32BufferAttribute(places, 3));
  g.setAttribute("normal", new Float32BufferAttribute(normals, 3));
  g.setIndex(faces);
  return g;
}

/** An outline [x, half width] from nose to tail, filled; the right half is darker, so that neighbours that overlap stay apart. */
function flat(outline) {
  const places = [], shades = [];
  for (const side of [1, -1]) {
    for (let i = 0; i + 1 < outline.length; i++) {
      const [[x, w], [u, v]] = [outline[i], outline[i + 1]];
      const [p, q, m, n] = [[x, side * w, 0], [u, side * v, 0], [x, 0, 0], [u, 0, 0]];
      for (const point of side > 0 ? [m, p, q, m, q, n] : [m, q, p, m, n, q]) {
        places.push(...point);
        shades.push(...Array(3).fill(side > 0 ? 1 : 0.62));
      }
    }
  }
  const g = new BufferGeometry();
  g.setAttribute("position", new Float32BufferAttribute(places, 3));
  g.setAttribute("color", new Float32BufferAttribute(shades, 3));
  return g;
}

const aside = [0, 0.9, 0.4], up = [0, 0, 1];
const tail = [[[-0.36, 0, 0], [-0.56, 0, 0.17], [-0.47, 0, 0], aside], [[-0.36, 0, 0], [-0.47, 0, 0], [-0.56, 0, -0.17], aside]];
const back = [[0.12, 0, 0.11], [-0.14, 0, 0.2], [-0.2, 0, 0.06], aside];
const wing = (w) => [
  [[0.16, 0.03 * w, 0.01], [-0.12, 0.03 * w, 0.01], [0.06, 0.32 * w, 0.07], up],
  [[0.06, 0.32 * w, 0.07], [-0.1, 0.03 * w, 0.01], [-0.16, 0.6 * w, 0.0], up],
  [[-0.26, 0, 0.005], [-0.5, 0.01 * w, 0.005], [-0.48, 0.12 * w, 0.005], up],
];
// outlines that the canvas without WebGL fills, too
export const outlines = {
  "flat fish": [[0.5, 0], [0.42, 0.075], [0.22, 0.135], [0, 0.125], [-0.22, 0.065], [-0.34, 0.03], [-0.5, 0.15], [-0.44, 0]],
  dart: [[0.5, 0], [-0.42, 0.2], [-0.26, 0]],
};
export const solids = {
  fish: () => solid([[0.5, 0, 0], [0.33, 0.06, 0.09], [0.08, 0.085, 0.135], [-0.18, 0.05, 0.08], [-0.44, 0, 0]], 6, [...tail, back]),
  "small fish": () => solid([[0.5, 0, 0], [0.12, 0.08, 0.13], [-0.44, 0, 0]], 4, tail),
  bird: () => solid([[0.42, 0, 0], [0.2, 0.055, 0.055], [-0.15, 0.045, 0.045], [-0.36, 0, 0]], 5, [...wing(1), ...wing(-1)]),
  cone: () => solid([[0.5, 0, 0], [-0.4, 0.15, 0.15], [-0.42, 0, 0]], 5),
};
const flats = Object.fromEntries(Object.entries(outlines).map(([name, outline]) => [name, () => flat(outline)]));

/** Shapes to choose among, and those that take less time to draw. */
export const shapesOf = (plane) => ({ ...(plane ? flats : solids), points: null });
export const simpler = { bird: "cone", fish: "small fish", "small fish": "points", cone: "points", "flat fish": "dart", dart: "points" };

/** Pixels that an agent is long at least: more where few have to be found. */
export const least = (agents) => (agents <= 100 ? 14 : agents <= 1000 ? 10 : 8);

/** What a school is drawn as at first. */
export function usualShape({ film, run }) {
  if (!film.turned || film.columns > 3000) return "points";
  if (run.plane) return film.columns > 1000 ? "dart" : "flat fish";
  return film.columns > 300 ? "small fish" : "fish";
}
