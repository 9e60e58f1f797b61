// What time it is, and whether it goes on: the clock, the slider and the buttons.
import { frameAt, tempo, timeAt } from "./clock.js";
import { element, number, unit } from "./words.js";

const SPEEDS = [["¼×", 0.25], ["½×", 0.5], ["1×", 1], ["2×", 2], ["4×", 4], ["8×", 8]];
const $ = (id) => document.getElementById(id);

export class Player {
  /** `show(t)` is called with each new time; `told(t)` says it in words, for the slider. */
  constructor(clock, units, calm, show, told) {
    Object.assign(this, { clock, units, calm, show, told, index: 0, playing: false, spoken: 0 });
    this.usual = tempo(clock, units.time);
    for (const [text, value] of SPEEDS) $("speed").append(element("option", { textContent: text, value }));
    $("speed").value = 1;
    $("seek").max = clock.last;
    for (const id of ["play", "seek", "speed", "back", "on"]) $(id).disabled = clock.last === 0;
    $("play").onclick = () => this.play(!this.playing);
    $("back").onclick = () => this.step(-1);
    $("on").onclick = () => this.step(1);
    $("seek").oninput = () => (this.play(false), this.seek(Number($("seek").value)));
  }

  get time() {
    return timeAt(this.clock.times, this.index);
  }

  /** Go to an index of the clock, with a fraction between two. */
  seek(index) {
    this.index = Math.min(Math.max(index, 0), this.clock.last);
    const t = this.time, whole = Math.floor(this.index + 1e-9), now = performance.now();
    document.body.dataset.time = t;
    if ($("seek").value !== String(whole)) $("seek").value = whole;
    const text = `t = ${number(t, 4)}${unit(this.units.time)}`;
    if ($("when").textContent !== text) $("when").textContent = text;
    // a slider that has the focus is read out with each change: once in two seconds is enough while it plays
    if (!this.playing || now - this.spoken > 2000) {
      $("seek").setAttribute("aria-valuetext", this.told(t));
      this.spoken = now;
    }
    this.show(t);
  }

  seekTime(t) {
    this.play(false);
    this.seek(frameAt(this.clock.times, t));
  }

  step(by) {
    this.play(false);
    this.seek(by < 0 ? Math.ceil(this.index - 1e-9) + by : Math.floor(this.index + 1e-9) + by);
  }

  play(on) {
    const starts = on && this.clock.last > 0;
    if (starts && this.index >= this.clock.last) this.seek(0);
    this.playing = starts;
    document.body.classList.toggle("playing", starts);
    $("play").setAttribute("aria-label", starts ? "Pause" : "Play");
    if (!starts) $("seek").setAttribute("aria-valuetext", this.told(this.time));
  }

  pace(by) {
    $("speed").selectedIndex = Math.min(Math.max($("speed").selectedIndex + by, 0), $("speed").length - 1);
  }

  /** Some milliseconds later. */
  advance(passed) {
    if (!this.playing || document.hidden) return;
    const { beats, last } = this.clock;
    const beat = timeAt(beats, this.index) + (this.usual * Number($("speed").value) * passed) / 1000;
    if (beat < beats[last]) return this.seek(frameAt(beats, beat));
    if (this.calm) this.play(false);
    this.seek(this.calm ? last : 0); // from the start again, except for those who asked for less motion
  }
}
