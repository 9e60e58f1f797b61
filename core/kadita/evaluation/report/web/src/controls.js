// The tools above the picture: what they offer, and what they do to all stages.
import { shapesOf } from "./shapes.js";
import { capital, element } from "./words.js";

const $ = (id) => document.getElementById(id);
const option = (value, text) => element("option", { value, textContent: text });

/** Fill in and connect the tools. `act`: { paint(), shape(name), view(name) }. */
export function controls(stages, ways, act) {
  for (const way of ways) $("paint").append(option(way.key, way.title));
  $("paint").onchange = act.paint;
  const planes = new Set(stages.map((stage) => Boolean(stage.run.plane)));
  const names = [...planes].flatMap((plane) => Object.keys(shapesOf(plane)));
  for (const name of new Set(names)) $("shape").append(option(name, capital(name)));
  if (stages.length) $("shape").value = stages[0].shaped;
  $("shape").onchange = () => act.shape($("shape").value);
  const trails = () => stages.forEach((stage) => (stage.school.trails.long(Number($("trail").value)), stage.set({})));
  $("trail").onchange = trails;
  $("trail").value = stages.every(({ film }) => film.turned && film.columns <= 1000) ? 5 : 0;
  trails();
  $("size").oninput = () => stages.forEach((stage) => stage.set({ size: stage.school.length * 2 ** Number($("size").value) }));
  for (const [id, key] of [["whole", "whole"], ["follow", "follow"]]) {
    $(id).checked = Boolean(stages[0]?.school[key]);
    $(id).onchange = () => stages.forEach((stage) => stage.set({ [key]: $(id).checked && (key === "follow" || stage.school.closed) }));
  }
  $("whole-label").hidden = !stages.some((stage) => stage.school.closed);
  $("link-label").hidden = stages.length < 2;
  for (const button of document.querySelectorAll("[data-view]")) {
    button.onclick = () => act.view(button.dataset.view);
    button.hidden = button.dataset.view !== "fit" && !planes.has(false); // a plane is seen from above
  }
  $("fold").onclick = () => {
    const open = $("tools").classList.toggle("open");
    $("fold").setAttribute("aria-expanded", String(open));
  };
}

/** Shapes that another kind of school does not have become the nearest it has. */
export function shapeFor(stage, name) {
  const own = shapesOf(Boolean(stage.run.plane));
  if (name in own) return name;
  return stage.run.plane ? (name === "cone" ? "dart" : "flat fish") : name === "dart" ? "cone" : "fish";
}
