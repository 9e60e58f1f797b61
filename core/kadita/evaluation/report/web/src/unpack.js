// The bytes of a film, as Python packs them (packing.py), into typed arrays.
import { Film } from "./film.js";

/** Gunzip base64 text. */
async function gunzip(text) {
  const packed = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new Error("its bytes are damaged", { cause: error }); // the browser's own words speak of fetching
  }
}

/** Integers from byte planes, low byte first, summed over frames modulo 2^(8 * planes.length). */
function integers(planes, columns) {
  const count = planes[0].length, wide = planes.length > 2;
  const out = wide ? new Int32Array(count) : new Int16Array(count); // an Int16Array wraps by itself
  for (let k = 0; k < count; k++) {
    const before = k < columns ? 0 : out[k - columns];
    const next = before + (planes[0][k] | (planes[1][k] << 8)) + (wide ? planes[2][k] << 16 : 0);
    out[k] = wide ? (next << 8) >> 8 : next; // 24 bits, with their sign
  }
  return out;
}

/** The film of a run of the page's data. */
export async function unpack(text, run) {
  const { frames, columns, axes, bytes: width, quantum, headings, curved, identities, cells, scalars } = run.film;
  const bytes = await gunzip(text);
  const count = frames * columns;
  const expected = 24 * frames * (cells ? 2 : 1) + count * (axes * width + (headings ? 2 : 0) + (identities ? 4 : 0) + scalars.length);
  if (bytes.length !== expected) throw new Error(`the film has ${bytes.length} bytes, not ${expected}`);
  let next = 0;
  const take = (length) => bytes.subarray(next, (next += length));
  const doubles = (length) => new Float64Array(take(8 * length).slice().buffer);
  const centres = doubles(3 * frames);
  const boxes = cells ? doubles(3 * frames) : null;
  const places = Array.from({ length: axes }, () => integers(Array.from({ length: width }, () => take(count)), columns));
  const turned = headings ? [0, 1].map(() => new Int8Array(take(count).slice().buffer)) : null;
  let who = null;
  if (identities) {
    const [a, b, c, d] = [0, 1, 2, 3].map(() => take(count));
    who = Uint32Array.from({ length: count }, (_, k) => (a[k] | (b[k] << 8) | (c[k] << 16) | (d[k] << 24)) >>> 0);
  }
  return new Film({
    frames, columns, centres, boxes, cell: run.cell, places, quantum, absent: -(2 ** (8 * width - 1)), z: run.z ?? 0, turned, curved, who,
    scalars: scalars.map(() => take(count)),
  });
}
