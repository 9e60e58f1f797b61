// One run on the page: its canvas, what is written on it, and who is chosen.
import { Canvas } from "./canvas.js";
import { frameAt, timeAt } from "./clock.js";
import { Eye } from "./eye.js";
import { reading } from "./paints.js";
import { School } from "./school.js";
import { simpler, usualShape } from "./shapes.js";
import { WebGL } from "./webgl.js";
import { capital, element, length, number, unit, words } from "./words.js";

const ratio = () => Math.min(devicePixelRatio, 2);

export class Stage {
  /** `gl` of webgl.js, or null; `when.picked(stage)` and `when.turned(stage)` are called as they happen. */
  constructor(place, film, run, order, { gl, calm, many, units, when }) {
    Object.assign(this, { run, film, units, when, many, drawn: 0, stale: true, dirty: true, sharp: false, moved: 0 });
    const suffix = order ? `-${order}` : "", canvas = element("canvas", { id: `view${suffix}`, className: "view", tabIndex: 0 });
    const how = run.plane ? "Drag or use the arrow keys to move" : "Drag or use the arrow keys to turn it";
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", `${many ? `${run.name}: the` : "The"} school ${run.plane ? "from above" : "in three dimensions"}. ${how}, plus and minus to zoom, brackets to choose an agent.`);
    canvas.setAttribute("aria-describedby", "keys");
    this.name = element("p", { className: "name", hidden: !many }, element("i"), run.name);
    this.note = element("p", { className: "note", hidden: true });
    this.pick = element("p", { id: `pick${suffix}`, className: "pick" });
    this.scale = element("div", { className: "scale" }, element("span"), element("b"));
    this.scale.setAttribute("aria-hidden", "true");
    this.element = element("section", { className: "stage" }, canvas, this.name, this.note, this.scale, this.pick);
    this.element.setAttribute("aria-label", many ? run.name : "The school in space");
    place.append(this.element);
    this.canvas = canvas;
    this.school = new School(film, run, order);
    this.eye = new Eye(canvas, this.school, calm);
    this.eye.changed = () => ((this.dirty = true), when.turned(this));
    this.gl = Boolean(gl); // without it, all shapes take as long
    this.soft = gl?.soft;
    this.drawer = gl ? new WebGL(canvas, this.school, this.eye, gl.soft) : new Canvas(canvas, this.school, this.eye);
    this.shaped = usualShape(this.school);
    this.drawer.shape(this.shaped);
    let down = [0, 0];
    canvas.addEventListener("pointerdown", (e) => (down = [e.offsetX, e.offsetY]));
    canvas.addEventListener("click", (e) => {
      if (Math.hypot(e.offsetX - down[0], e.offsetY - down[1]) > 4) return;
      const column = this.eye.columnNear(e.offsetX, e.offsetY);
      this.choose(column < 0 ? -1 : film.agent(column, this.school.frame));
    });
  }

  /** Set anything of the school. */
  set(values) {
    Object.assign(this.school, values);
    this.stale = true;
  }

  dress(theme, paint, colour) {
    this.school.dress(theme, paint);
    this.drawer.dress(theme);
    this.name.firstChild.style.background = colour;
    this.stale = true;
  }

  shape(name) {
    this.shaped = name;
    this.drawer.shape(name);
    this.stale = true;
  }

  /** A shape that takes less time, where there is one. */
  simplify() {
    if (this.gl && simpler[this.shaped]) this.shape(simpler[this.shaped]);
    return this.shaped;
  }

  /** Show this run's moment at a time. */
  seek(t) {
    const { times } = this.run, last = times[times.length - 1], u = unit(this.units.time);
    this.set({ time: frameAt(times, t) });
    this.over = !this.many ? "" : t > last ? `Ended at ${number(last, 5)}${u}` : t < times[0] ? `Begins at ${number(times[0], 5)}${u}` : "";
  }

  tell() {
    const text = [this.over, this.school.count ? "" : "No agent is present"].filter(Boolean).join(" · ");
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
  }

  choose(agent) {
    this.set({ chosen: agent });
    this.describe();
    this.when.picked(this, agent < 0 ? "" : `Agent ${this.run.ids[agent]} chosen`);
  }

  /** Choose the next of those that are there, or the one before. */
  chooseNext(by) {
    const { school, film } = this, { count, there, frame } = school;
    if (!count) return;
    const at = there.subarray(0, count).indexOf(school.chosenColumn);
    this.choose(film.agent(there[(at < 0 && by < 0 ? count - 1 : at + by + count) % count], frame));
  }

  describe() {
    const { school, film, run } = this, { chosen } = school;
    let text = "";
    if (chosen >= 0) {
      const frame = Math.round(school.time), column = film.columnOf(chosen, frame);
      const species = run.species ? words(run.species.names[run.species.of[chosen]]) : "";
      const values = column < 0 ? ["absent"] : run.film.scalars.map((s, k) => `${words(s.name)} ${reading(s, film.scalars[k][frame * film.columns + column])}`);
      text = [capital(`agent ${run.ids[chosen]}`), species, ...values].filter(Boolean).join(" · ");
    }
    if (this.pick.textContent !== text) this.pick.textContent = text;
  }

  layout(sharper = 1) {
    const { clientWidth: w, clientHeight: h } = this.element;
    if (!w || !h) return;
    this.eye.resize(w, h);
    this.drawer.resize(w, h, sharper * ratio());
    this.sharp = sharper > 1;
    this.dirty = true;
  }

  /** Draw, if anything changed; return whether it did. `now`: milliseconds. */
  draw(now) {
    this.eye.controls.update();
    if (!this.dirty && !this.stale) {
      // at rest: twice the pixels, which smooths the edges that software leaves rough
      if (this.soft && !this.sharp && now - this.moved > 300) {
        this.layout(2);
        this.render();
      }
      return false;
    }
    if (this.sharp) this.layout();
    this.render();
    this.moved = now;
    this.drawn++;
    return true;
  }

  render() {
    if (this.stale) {
      this.school.settle();
      const { reaches } = this.run;
      if (reaches && this.school.follow) this.eye.track(timeAt(reaches, this.school.time));
      this.describe();
      this.tell();
    }
    this.drawer.draw();
    this.stale = this.dirty = false;
    this.measure();
  }

  /** The scale bar: a round length, at the distance of the target. */
  measure() {
    const per = this.eye.perPixel(), most = Math.min(130, (this.element.clientWidth || 520) / 4) * per, ten = 10 ** Math.floor(Math.log10(most));
    const long = ten * (most / ten >= 5 ? 5 : most / ten >= 2 ? 2 : 1), text = length(long, this.units.length);
    const [bar, label] = this.scale.children;
    bar.style.width = `${long / per}px`;
    if (label.textContent !== text) label.textContent = text;
  }
}
