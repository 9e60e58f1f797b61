// Keys. Those of the picture hold while it has the focus; the others anywhere but in what uses them itself.

const STEP = 0.12; // of a turn, in radians

/** `at(canvas)` is the stage of a canvas; `act`: { view(name) }. */
export function keys(player, at, act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.target, stage = at(on), many = event.shiftKey ? 10 : 1;
    const busy = on.matches("select, input:not([type=range]), [type=range]:not(#seek), summary, a, .scroll");
    const inPicture = stage && {
      ArrowLeft: () => stage.eye.turn(-STEP, 0), ArrowRight: () => stage.eye.turn(STEP, 0),
      ArrowUp: () => stage.eye.turn(0, -STEP), ArrowDown: () => stage.eye.turn(0, STEP),
      "+": () => stage.eye.zoom(0.85), "=": () => stage.eye.zoom(0.85), "-": () => stage.eye.zoom(1 / 0.85),
      "[": () => stage.chooseNext(-1), "]": () => stage.chooseNext(1), Escape: () => stage.choose(-1),
    };
    const anywhere = {
      ArrowLeft: () => player.step(-many), ArrowRight: () => player.step(many),
      Home: () => (player.play(false), player.seek(0)), End: () => (player.play(false), player.seek(player.clock.last)),
      ",": () => player.pace(-1), ".": () => player.pace(1),
      f: () => act.view("fit"), x: () => act.view("x"), y: () => act.view("y"), z: () => act.view("z"),
      ...(on.matches("button") ? {} : { " ": () => player.play(!player.playing) }),
    };
    const does = (inPicture && inPicture[event.key]) || (!busy && anywhere[event.key]);
    if (!does) return;
    event.preventDefault();
    does();
  });
}
