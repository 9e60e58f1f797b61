// States of the schools: one colour each on the whole page, the ribbon above the slider, and its legend.
import { before } from "./clock.js";
import { category, theme } from "./palette.js";
import { capital, element, words } from "./words.js";

const $ = (id) => document.getElementById(id);
const MOST = 4096; // columns of the ribbon

/** Colours of all states of the runs by label, none that a run has. What has no region in the plane of states, while others have, is grey. */
export function colours(runs) {
  const labels = [...new Set(runs.flatMap((run) => run.states?.labels ?? []))];
  const regions = new Set(runs.flatMap((run) => run.diagram?.regions.map((r) => r.label) ?? []));
  const named = labels.filter((label) => regions.has(label)), rest = labels.filter((label) => !regions.has(label));
  const order = [...named, ...[...regions].filter((label) => !labels.includes(label))];
  const { dark } = theme(), after = runs.length > 1 ? runs.length : 0, found = new Map();
  const none = order.length && rest.length ? rest.shift() : null;
  [...order, ...rest].forEach((label, k) => found.set(label, category(after + (order.length && k >= 6 ? k + 1 : k), dark)));
  if (none !== null) found.set(none, category(6, dark));
  return found;
}

/** Label of the state in the frame at or before a time; null where it has none. */
export function stateAt(run, t) {
  if (!run.states) return null;
  const code = run.states.codes[before(run.times, t)];
  return code === null || code === undefined ? null : run.states.labels[code];
}

/** Draw the ribbon, a row for each run, and the legend of the states that occur. */
export function ribbon(runs, clock) {
  const told = runs.filter((run) => run.states), canvas = $("states"), found = colours(runs);
  canvas.width = Math.min(clock.last + 1, MOST);
  canvas.height = Math.max(told.length, 1);
  const pen = canvas.getContext("2d"), seen = new Set();
  told.forEach((run, row) => {
    for (let x = 0; x < canvas.width; x++) {
      const t = clock.times[Math.round((x * clock.last) / Math.max(canvas.width - 1, 1))];
      if (t < run.times[0] || t > run.times[run.times.length - 1]) continue;
      const label = stateAt(run, t);
      if (label === null) continue;
      seen.add(label);
      pen.fillStyle = found.get(label);
      pen.fillRect(x, row, 1, 1);
    }
  });
  const chips = [...found].filter(([label]) => seen.has(label)).map(([label, colour]) => {
    const chip = element("i");
    chip.style.background = colour;
    return element("li", {}, chip, capital(words(label)));
  });
  $("rows").replaceChildren(...(runs.length < 2 ? [] : told.map((run) => {
    const chip = element("i", { title: run.name });
    chip.style.background = category(runs.indexOf(run), theme().dark);
    return chip;
  })));
  $("labels").replaceChildren(...chips);
  $("labels").hidden = !chips.length;
}
