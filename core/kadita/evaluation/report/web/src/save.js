// What can be taken from the page: the series as CSV, the picture as PNG.
import { theme } from "./palette.js";

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}

/** A name of a file from the title of the page. */
const named = (title) => title.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "").slice(0, 80) || "report";

const quoted = (value) => (/[",\n\r]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

/**
 * Rows of all series, with every digit; empty where undefined. They are of all frames, or where these are too many for the
 * page, of the film's. Several runs: the first column names them.
 */
export function csv({ runs, units }) {
  const many = runs.length > 1, names = [...new Set(runs.flatMap((run) => run.series.map((s) => s.name)))];
  const first = (name) => runs.flatMap((run) => run.series).find((s) => s.name === name);
  const head = (text, unit) => (unit ? `${text} (${unit})` : text);
  const states = [...new Set(runs.map((run) => run.states?.name).filter(Boolean))];
  const lines = [[...(many ? ["run"] : []), head("time", units.time), ...names.map((name) => head(name, first(name).unit)), ...states]];
  for (const run of runs) {
    const columns = names.map((name) => {
      const s = run.series.find((series) => series.name === name);
      return new Map(s?.sampled ? run.times.map((t, k) => [t, s.sampled[k]]) : s?.times.map((t, k) => [t, s.values[k]]));
    });
    const labels = states.map((name) => new Map(run.states?.name === name ? run.times.map((t, k) => [t, run.states.labels[run.states.codes[k]]]) : []));
    const times = [...new Set([...columns, ...labels].flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
    for (const t of times) lines.push([...(many ? [run.name] : []), t, ...[...columns, ...labels].map((column) => column.get(t) ?? "")]);
  }
  return lines.map((line) => line.map(quoted).join(",")).join("\n") + "\n";
}

export const saveNumbers = (data) => download(new Blob([csv(data)], { type: "text/csv" }), `${named(data.title)}.csv`);

/** One picture of all stages as they stand on the page, with scale bars, names and the legend. */
export function picture(stages, place) {
  const t = theme(), dense = Math.max(2, devicePixelRatio), all = place.getBoundingClientRect(), css = getComputedStyle(document.documentElement);
  const out = document.createElement("canvas"), pen = out.getContext("2d");
  out.width = Math.round(all.width * dense);
  out.height = Math.round(all.height * dense);
  pen.scale(dense, dense);
  pen.fillStyle = t.water;
  pen.fillRect(0, 0, all.width, all.height);
  const ink = (pen.strokeStyle = css.getPropertyValue("--quiet")), font = css.getPropertyValue("--font");
  const at = (thing) => {
    const box = thing.getBoundingClientRect();
    return [box.left - all.left, box.top - all.top, box.width, box.height];
  };
  /** Text where it stands on the page, word by word, since lines break. */
  const text = (element, size = 12) => {
    pen.font = `${size}px ${font}`;
    pen.fillStyle = ink;
    pen.textBaseline = "middle";
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const word of node.data.matchAll(/\S+/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const [x, y, w, h] = at(range);
        if (w) pen.fillText(word[0], x, y + h / 2);
      }
    }
  };
  const chip = (element) => {
    const square = element.querySelector("i");
    if (!square) return;
    pen.fillStyle = square.style.background;
    pen.fillRect(...at(square));
  };
  for (const stage of stages) {
    // where software draws, edges are smooth only after twice the pixels
    stage.layout((dense / Math.min(devicePixelRatio, 2)) * (stage.soft ? 2 : 1));
    stage.render(); // in the same task: a drawing buffer is empty after it
    pen.drawImage(stage.canvas, ...at(stage.element));
    stage.layout();
    stage.stale = true;
    const [bar, label] = stage.scale.children, [x, y, w, h] = at(bar);
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const [a, b] of [[x, y], [x, y + h], [x + w, y + h], [x + w, y]]) pen.lineTo(a, b);
    pen.stroke();
    text(label);
    for (const [element, size] of [[stage.name, 13], [stage.note, 12], [stage.pick, 12]]) text(element, size);
    if (stages.length > 1) chip(stage.name);
  }
  const key = document.getElementById("key");
  if (key.clientWidth) pen.drawImage(key, ...at(key));
  text(document.getElementById("key-text"));
  for (const item of document.getElementById("key-list").children) {
    text(item);
    chip(item);
  }
  return out;
}

export function savePicture(stages, place, title, t) {
  picture(stages, place).toBlob((blob) => download(blob, `${named(title)}-t${String(t).replaceAll(".", "p")}.png`), "image/png");
}

/** Printing takes no WebGL: copies of the pictures stand in for it. */
export function printable(stages, draw) {
  addEventListener("beforeprint", () => {
    const root = document.documentElement;
    root.dataset.before = root.dataset.theme ?? "";
    root.dataset.theme = "light"; // ink on paper
    draw();
    for (const stage of stages) {
      stage.render();
      const copy = document.createElement("canvas");
      copy.width = stage.canvas.width;
      copy.height = stage.canvas.height;
      copy.className = "copy";
      copy.getContext("2d").drawImage(stage.canvas, 0, 0);
      stage.element.append(copy);
    }
  });
  addEventListener("afterprint", () => {
    const root = document.documentElement;
    if (root.dataset.before) root.dataset.theme = root.dataset.before;
    else delete root.dataset.theme;
    for (const copy of document.querySelectorAll(".copy")) copy.remove();
    draw();
  });
}
