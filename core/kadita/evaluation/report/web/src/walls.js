// What stands still: walls of the cell or of the tank, and specks in open water against which the school moves.

/** Ends of the lines of walls, from the focus, as [x, y, z, x, y, z, ...]. */
export function walls(school, reach) {
  const { cell, focus, run } = school, ends = [];
  if (cell) ends.push(...edges(cell, focus, reach, run.plane));
  for (const line of run.outline ?? []) {
    for (let k = 1; k < line.length; k++) {
      for (const point of [line[k - 1], line[k]]) for (let x = 0; x < 3; x++) ends.push((point[x] ?? run.z) - focus[x]);
    }
  }
  return ends;
}

/**
 * Edges of a periodic cell. An open axis has no walls: edges along it go as far as the picture `reach`es, and none
 * close it. In a plane the third axis is no axis.
 */
function edges(cell, focus, reach, plane) {
  const open = [0, 1, 2].map((x) => !(cell[x] > 0)), through = plane ? open.slice(0, 2).some(Boolean) : open.some(Boolean);
  const span = [0, 1, 2].map((x) => (x === 2 && plane ? [0, 0] : open[x] ? [-reach, reach] : [-focus[x], cell[x] - focus[x]]));
  const ends = [];
  for (let along = 0; along < (plane ? 2 : 3); along++) {
    if (through && !open[along]) continue;
    const [u, v] = [(along + 1) % 3, (along + 2) % 3];
    for (const p of new Set(span[u])) for (const q of new Set(span[v])) {
      for (const end of span[along]) {
        const corner = [0, 0, 0];
        corner[along] = end;
        corner[u] = p;
        corner[v] = q;
        ends.push(...corner);
      }
    }
  }
  return ends;
}

export const SPECKS = 300;
// the same in every report
const seeds = Array.from({ length: 3 * SPECKS }, ((s) => () => (s = (s * 48271) % 2147483647) / 2147483647)(1));

/** Whether a run is in open water. */
export const isOpen = (school) => !school.closed && !(school.run.outline ?? []).length;

/** Places of the specks from the focus, in a room that goes along with it. */
export function specks(school, room, out) {
  for (let i = 0; i < seeds.length; i++) {
    const x = seeds[i] - school.focus[i % 3] / room;
    out[i] = school.run.plane && i % 3 === 2 ? 0 : (x - Math.floor(x) - 0.5) * room;
  }
}
