// Where a school is seen from. three.js' camera and controls, which need no WebGL.
import { MOUSE, PerspectiveCamera, Spherical, TOUCH, Vector3 } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

const WAYS = { x: [1, 0, 0], y: [0, -1, 0], z: [0, -1e-4, 1] };
const point = new Vector3();

export class Eye {
  constructor(canvas, school, calm) {
    const { radius, run } = school;
    Object.assign(this, { canvas, school, plane: Boolean(run.plane), height: 1, changed: () => {} });
    this.camera = new PerspectiveCamera(32, 1, radius / 100, radius * 400);
    this.camera.up.set(0, this.plane ? 1 : 0, this.plane ? 0 : 1);
    this.controls = new OrbitControls(this.camera, canvas);
    Object.assign(this.controls, { enableDamping: !calm, dampingFactor: 0.12, minDistance: radius / 50, maxDistance: radius * 100 });
    if (this.plane) {
      Object.assign(this.controls, { enableRotate: false, screenSpacePanning: true, zoomToCursor: true });
      this.controls.mouseButtons.LEFT = MOUSE.PAN;
      this.controls.touches = { ONE: TOUCH.PAN, TWO: TOUCH.DOLLY_PAN };
    }
    // on a phone the picture is as wide as the page: a finger that moves up or down scrolls, sideways it turns
    if (matchMedia("(pointer: coarse)").matches) canvas.style.touchAction = "pan-y";
    this.controls.addEventListener("change", () => this.changed());
    this.seen = this.usual();
  }

  /** Radius of what a fit shows at first: most of the school in most frames, and the tank or the cell where the eye stays. */
  usual() {
    const { school } = this, { radius, run } = school, cell = run.cell;
    if (school.tank) return 1.02 * school.tank;
    if (school.closed && !school.whole) {
      if (this.plane) return Math.max(0.5 * Math.max(...cell), cell[0] > 0 && cell[1] > 0 ? 0 : radius);
      return Math.max(0.6 * Math.hypot(...cell), cell.every((l) => l > 0) ? 0 : radius);
    }
    return radius;
  }

  half() {
    return Math.tan((this.camera.fov * Math.PI) / 360);
  }

  /** Look from a side ("fit", "x", "y", "z"): at what is there now, or at what most frames have. */
  view(name, now = true) {
    const { school, camera, controls } = this, target = [0, 0, 0];
    if (now && !school.tank && !(school.closed && !school.whole)) {
      if (!school.follow) for (let x = 0; x < 3; x++) target[x] = school.middle[x] - school.focus[x];
      const far = school.reachFrom(target);
      this.seen = school.count ? Math.max(1.2 * far, 6 * school.length) : this.usual();
    } else this.seen = this.usual();
    const way = this.plane ? [0, 0, 1] : WAYS[name] ?? school.run.way ?? [0.55, -0.72, 0.42];
    controls.target.set(...target);
    camera.position.set(...way).normalize().multiplyScalar((1.16 * this.seen) / this.half() / Math.min(1, camera.aspect)).add(controls.target);
    controls.update();
    this.changed();
  }

  /** Turn about the target; in a plane, move. */
  turn(around, over) {
    const { camera, controls } = this;
    if (this.plane) {
      const d = 0.6 * this.distance() * this.half();
      point.set(-around * d, -over * d, 0);
      controls.target.add(point);
      camera.position.add(point);
    } else {
      // three.js measures polar angles from y
      const p = point.copy(camera.position).sub(controls.target), s = new Spherical().setFromCartesianCoords(p.x, p.z, -p.y);
      s.theta += around;
      s.phi = Math.min(Math.max(s.phi + over, 0.02), Math.PI - 0.02);
      p.setFromSpherical(s);
      camera.position.set(p.x, -p.z, p.y).add(controls.target);
    }
    controls.update();
    this.changed();
  }

  /** Keep a radius in sight that changes with time: as much nearer or farther as the user is. */
  track(reach) {
    if (reach === this.seen) return;
    this.camera.position.sub(this.controls.target).multiplyScalar(reach / this.seen).add(this.controls.target);
    this.seen = reach;
    this.controls.update();
  }

  zoom(by) {
    this.camera.position.sub(this.controls.target).multiplyScalar(by).add(this.controls.target);
    this.controls.update();
    this.changed();
  }

  /** See as another eye does, in proportion to what each shows. */
  as(other) {
    const scale = this.seen / other.seen;
    this.controls.target.copy(other.controls.target).multiplyScalar(scale);
    this.camera.position.copy(other.camera.position).multiplyScalar(scale);
    this.controls.update();
  }

  resize(width, height) {
    this.height = height;
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }

  distance() {
    return this.camera.position.distanceTo(this.controls.target);
  }

  /** Length of a pixel at the distance of the target. */
  perPixel() {
    return (2 * this.distance() * this.half()) / this.height;
  }

  /** The column drawn nearest to a place on the canvas, within some pixels; -1 where there is none. */
  columnNear(x, y, within = 16) {
    const { school, canvas } = this, w = canvas.clientWidth / 2, h = canvas.clientHeight / 2;
    let best = -1, least = within * within;
    for (let k = 0; k < school.count; k++) {
      point.fromArray(school.now, 6 * school.there[k]).project(this.camera);
      const d = (w * (point.x + 1) - x) ** 2 + (h * (1 - point.y) - y) ** 2;
      if (point.z < 1 && d < least) [best, least] = [school.there[k], d];
    }
    return best;
  }
}
