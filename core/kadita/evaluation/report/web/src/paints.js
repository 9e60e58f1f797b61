// What agents can be coloured by, the same for all runs of the page, so that one legend is true of all of them.
import { category, linear, parts, viridis } from "./palette.js";
import { capital, number, unit, words } from "./words.js";

const light = (hex) => parts(hex).map(linear);

/** Colour along viridis, x between 0 and 1. */
export function along(x) {
  const at = Math.min(Math.max(x, 0), 1) * 15, i = Math.min(Math.floor(at), 14);
  return [0, 1, 2].map((k) => viridis[i][k] + (at - i) * (viridis[i + 1][k] - viridis[i][k]));
}

/** One colour for each index, and the last for "none". */
const table = (colours) => Float32Array.from(colours.flat());

/**
 * All ways to colour, each {key, title, kind, ...}. Kinds: "heading", "plain", "scale" (lo, hi, unit), "categories"
 * (labels). `colours(run, k, theme)` is a table of linear light by byte of the film ("scale", "categories" of a scalar),
 * by species ("categories" with `species`), or of one colour ("plain").
 */
export function paints(runs) {
  const many = runs.length > 1, found = [];
  if (runs.some((run) => run.film.headings)) found.push({ key: "heading", title: "Heading", kind: "heading" });
  found.push({ key: "plain", title: many ? "Run" : "Plain", kind: "plain", colours: (run, k, t) => table([light(many ? category(k, t.dark) : t.plain)]) });
  if (runs.some((run) => run.species)) {
    const labels = [...new Set(runs.flatMap((run) => run.species?.names ?? []))];
    found.push({
      key: "species", title: "Species", kind: "categories", labels, species: true,
      colours: (run, k, t) => table([...(run.species?.names ?? []).map((name) => light(category(labels.indexOf(name), t.dark))), light(t.faint)]),
    });
  }
  const names = [...new Set(runs.flatMap((run) => run.film.scalars.map((s) => s.name)))];
  for (const name of names) {
    const of = (run) => run.film.scalars.findIndex((s) => s.name === name);
    const all = runs.filter((run) => of(run) >= 0).map((run) => run.film.scalars[of(run)]);
    const labels = all.some((s) => s.labels) ? [...new Set(all.flatMap((s) => s.labels ?? []))] : null;
    const lo = Math.min(...all.map((s) => s.lo)), hi = Math.max(...all.map((s) => s.hi));
    found.push({
      key: `scalar ${name}`, title: capital(words(name)), kind: labels ? "categories" : "scale", labels, lo, hi, unit: all[0].unit, scalar: of, undefined: all.length < runs.length || all.some((s) => s.undefined),
      colours(run, k, t) {
        const s = run.film.scalars[of(run)];
        return table(Array.from({ length: 256 }, (_, b) => {
          if (b === 0 || !s || (labels && !(b <= (s.labels?.length ?? 0)))) return light(t.faint);
          if (labels) return light(category(labels.indexOf(s.labels[b - 1]), t.dark));
          return along(hi > lo ? (s.lo + ((b - 1) / 254) * (s.hi - s.lo) - lo) / (hi - lo) : 0.5).map(linear);
        }));
      },
    });
  }
  return found;
}

/** The value of a scalar as words, from its byte. */
export function reading(s, byte) {
  if (byte === 0) return "undefined";
  if (s.labels) return words(s.labels[byte - 1] ?? "undefined");
  if (byte === 1 && s.hi > s.lo) return `at most ${number(s.lo)}${unit(s.unit)}`;
  if (byte === 255) return `at least ${number(s.hi)}${unit(s.unit)}`;
  return number(s.lo + ((byte - 1) / 254) * (s.hi - s.lo)) + unit(s.unit);
}
