// The page: films, curves and controls, all at one time. Everything else stands in the page without scripts.
import { before, clock } from "./clock.js";
import { controls, shapeFor } from "./controls.js";
import { Curves } from "./curves.js";
import { diagram } from "./diagram.js";
import { keys } from "./keys.js";
import { legend } from "./legend.js";
import { category, isDark, theme, whenThemeChanges } from "./palette.js";
import { paints } from "./paints.js";
import { Player } from "./player.js";
import { printable, saveNumbers, savePicture } from "./save.js";
import { simpler } from "./shapes.js";
import { Stage } from "./stage.js";
import { ribbon, stateAt } from "./states.js";
import { unpack } from "./unpack.js";
import { webgl } from "./webgl.js";
import { number, unit, words } from "./words.js";
import "./report.css";

const CONTEXTS = 8; // of WebGL that a browser keeps; further runs are drawn without
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { runs, units } = data;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const fixed = location.hash === "#fixed"; // for measurements: shapes stay as they are
const time = clock(runs), ways = paints(runs), many = runs.length > 1;
const stages = [];
let plane = null, player = null, picked = false, slow = 0;

const curves = new Curves($("curves"), runs, (t) => player.seekTime(t));
const way = () => ways.find(({ key }) => key === $("paint").value) ?? ways[0];

/** A time in words, for a screen reader. */
function told(t) {
  if (many) return `time ${number(t, 5)}${unit(units.time)}`;
  const state = stateAt(runs[0], t);
  return `frame ${runs[0].numbers[before(runs[0].times, t)]}, time ${number(t, 5)}${unit(units.time)}${state === null ? "" : `, ${words(state)}`}`;
}

function show(t) {
  for (const stage of stages) stage.seek(t);
  curves.move(t);
  plane?.move(t);
}

function paint() {
  const t = theme();
  stages.forEach((stage, k) => stage.dress(t, way(), category(k, t.dark)));
  legend(way(), t, runs.every((run) => run.plane));
  $("legend").hidden = !stages.length;
}

/** All that has the colours of the theme, or the width of the window. */
function draw() {
  paint();
  ribbon(runs, time);
  curves.draw();
  plane = diagram($("plane"), runs);
  if (player) show(player.time);
}

function shape(name) {
  picked = true;
  for (const stage of stages) stage.shape(shapeFor(stage, name));
}

function view(name) {
  for (const stage of stages) stage.eye.view(name);
}

/** Where one camera turns, the others turn with it. */
let turning = false;
function turned(by) {
  if (turning || !$("link").checked) return;
  turning = true;
  for (const stage of stages) {
    if (stage !== by && stage.eye.plane === by.eye.plane) {
      stage.eye.as(by.eye);
      stage.dirty = true;
    }
  }
  turning = false;
}

function picks(by, text) {
  for (const stage of stages) if (text && stage !== by && stage.school.chosen >= 0) (stage.set({ chosen: -1 }), stage.describe());
  $("said").textContent = text; // once: what is written in the picture changes with each frame
}

async function films() {
  const gl = webgl();
  if (!gl) {
    $("sorry").textContent = "This browser has no WebGL 2: agents are drawn as flat shapes.";
    $("sorry").hidden = false;
  }
  for (const [order, run] of runs.entries()) {
    const source = $(run.film.element), film = await unpack(source.textContent, run);
    source.remove();
    stages.push(new Stage($("stages"), film, run, order, { gl: order < CONTEXTS ? gl : null, calm, many, units, when: { picked: picks, turned } }));
  }
}

let last = 0;
function tick(now) {
  const passed = Math.min(now - last, 250);
  last = now;
  player.advance(passed);
  let drew = false;
  for (const stage of stages) if (stage.draw(now)) drew = true;
  document.body.dataset.drawn = stages[0]?.drawn ?? 0;
  if (drew && player.playing) {
    slow = 0.95 * slow + 0.05 * (passed > 50 ? 1 : 0); // simpler bodies where the machine cannot keep up
    if (slow > 0.8 && !fixed && !picked && stages.some((stage) => simpler[stage.shaped])) {
      for (const stage of stages) $("shape").value = stage.simplify();
      slow = 0;
    }
  }
  requestAnimationFrame(tick);
}

function listen() {
  $("theme").onclick = () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    draw();
  };
  whenThemeChanges(draw);
  $("save").onclick = () => saveNumbers(data);
  $("picture").onclick = () => savePicture(stages, $("stages"), data.title, number(player.time, 5));
  keys(player, (canvas) => stages.find((stage) => stage.canvas === canvas), { view });
  printable(stages, draw);
  let later;
  const sizes = new ResizeObserver(() => {
    for (const stage of stages) stage.layout();
    clearTimeout(later);
    later = setTimeout(() => (curves.draw(), show(player.time)), 120);
  });
  for (const place of [$("stages"), $("curves"), ...stages.map((stage) => stage.element)]) sizes.observe(place);
}

/** For tests: what the page understood of the film. Places are as stored; NaN: absent, or no heading known. */
function hooks() {
  const each = (run, frame, read) => {
    const { film } = stages[run], out = new Float64Array(3 * film.columns).fill(NaN);
    for (let c = 0; c < film.columns; c++) if (film.present(c, frame)) read(film, c, out);
    return out;
  };
  window.kadita = {
    positions: (run, frame) => each(run, frame, (film, c, out) => film.position(c, frame, out, 3 * c)),
    headings: (run, frame) => each(run, frame, (film, c, out) => film.heading(c, frame, out, 3 * c)),
    seek: (index) => (player.play(false), player.seek(index)),
  };
}

async function start() {
  const begun = performance.now();
  try {
    await films();
  } catch (error) {
    console.error(error);
    $("sorry").textContent = `The film cannot be shown: ${error.message}. Curves and numbers are below.`;
    $("sorry").hidden = false;
    $("tools").hidden = true;
  }
  document.body.dataset.unpacked = Math.round(performance.now() - begun);
  $("stages").dataset.count = stages.length;
  controls(stages, ways, { paint, shape, view });
  if (ways.some(({ key }) => key === data.color)) $("paint").value = data.color;
  player = new Player(time, units, calm, show, told);
  for (const stage of stages) stage.layout();
  draw();
  player.seek(0);
  for (const stage of stages) {
    stage.school.settle();
    stage.eye.view("fit", false);
  }
  listen();
  hooks();
  if (!calm) player.play(true);
  requestAnimationFrame((now) => ((last = now), tick(now)));
  document.body.dataset.ready = Math.round(performance.now());
}
start();
