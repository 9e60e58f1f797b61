// A school drawn by WebGL, of three.js' own materials. What it draws is worked out in school.js.
import {
  BufferAttribute, BufferGeometry, CanvasTexture, Color, DirectionalLight, DoubleSide, DynamicDrawUsage, Float32BufferAttribute, Fog, HemisphereLight,
  InstancedMesh, LineBasicMaterial, LineSegments, MeshBasicMaterial, MeshLambertMaterial, Points, PointsMaterial, Scene, WebGLRenderer,
} from "three";
import { linear, parts } from "./palette.js";
import { least, shapesOf } from "./shapes.js";
import { isOpen, specks, SPECKS, walls } from "./walls.js";

const room = (length, items = 3) => new Float32BufferAttribute(length, items).setUsage(DynamicDrawUsage);

/** What this browser has: null for no WebGL 2; else whether it draws in software, where smooth edges cost too much. */
export function webgl() {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return null;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const soft = /swiftshader|llvmpipe|software|basic render/i.test(info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "");
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return { soft };
}

/** Matrix of a body: from its heading, upright; m is where it starts. */
function orient(matrix, m, now, o, long) {
  const hx = now[o + 3], hy = now[o + 4], hz = now[o + 5], flat = Math.hypot(hx, hy);
  const sx = flat > 0 ? -hy / flat : 0, sy = flat > 0 ? hx / flat : 1; // aside = up x heading
  matrix[m] = hx * long; matrix[m + 1] = hy * long; matrix[m + 2] = hz * long;
  matrix[m + 4] = sx * long; matrix[m + 5] = sy * long; matrix[m + 6] = 0;
  matrix[m + 8] = -hz * sy * long; matrix[m + 9] = hz * sx * long; matrix[m + 10] = (hx * sy - hy * sx) * long;
  matrix[m + 12] = now[o]; matrix[m + 13] = now[o + 1]; matrix[m + 14] = now[o + 2]; matrix[m + 15] = 1;
}

export class WebGL {
  constructor(canvas, school, eye, soft) {
    Object.assign(this, { canvas, school, eye, soft, plane: eye.plane });
    const { film } = school;
    this.renderer = new WebGLRenderer({ canvas, antialias: !soft, alpha: true });
    this.scene = new Scene();
    if (!this.plane) this.scene.fog = new Fog(0, 1, 2);
    this.scene.add(new HemisphereLight(0xffffff, 0x9aa8b4, 3.0));
    const sun = new DirectionalLight(0xffffff, 0.7);
    sun.position.set(0.5, -0.6, 1);
    this.scene.add(sun);
    const disc = document.createElement("canvas").getContext("2d");
    disc.canvas.width = disc.canvas.height = 64;
    disc.fillStyle = "#fff";
    disc.arc(32, 32, 31, 0, 7);
    disc.fill();
    const map = new CanvasTexture(disc.canvas);
    // a plane has no depth: there, things are drawn one after the other
    const flat = this.plane ? { depthTest: false, transparent: true } : {};
    this.dots = new Points(new BufferGeometry(), new PointsMaterial({ vertexColors: true, map, alphaTest: 0.5, ...flat }));
    this.dots.geometry.setAttribute("position", room(3 * film.columns)).setAttribute("color", room(3 * film.columns));
    this.trails = new LineSegments(new BufferGeometry(), new LineBasicMaterial({ vertexColors: true, transparent: true, depthWrite: false }));
    this.specks = new Points(new BufferGeometry(), new PointsMaterial({ size: 2.4, sizeAttenuation: false, map, transparent: true, depthWrite: false }));
    this.specks.geometry.setAttribute("position", room(3 * SPECKS));
    this.specks.visible = isOpen(school);
    this.walls = new LineSegments(new BufferGeometry(), new LineBasicMaterial({ fog: false }));
    for (const [order, thing] of [this.walls, this.specks, this.trails, this.dots].entries()) this.add(thing, order);
  }

  add(thing, order) {
    thing.frustumCulled = false; // things move without telling three.js how far they reach
    thing.renderOrder = order;
    this.scene.add(thing);
  }

  shape(name) {
    if (this.bodies) {
      this.scene.remove(this.bodies);
      this.bodies.geometry.dispose();
      this.bodies.material.dispose();
      this.bodies.dispose();
      this.bodies = null;
    }
    const make = shapesOf(this.plane)[name];
    if (!make) return;
    const material = this.plane
      ? new MeshBasicMaterial({ vertexColors: true, depthTest: false, transparent: true, side: DoubleSide })
      : new MeshLambertMaterial();
    this.bodies = new InstancedMesh(make(), material, this.school.film.columns);
    this.bodies.instanceMatrix.setUsage(DynamicDrawUsage);
    this.bodies.setColorAt(0, new Color()); // makes room for the colours
    this.add(this.bodies, 4);
  }

  dress(t) {
    this.water = parts(t.water).map(linear); // what the others fade into where one is chosen
    this.scene.fog?.color.set(t.water);
    this.walls.material.color.set(t.cage);
    this.specks.material.color.set(t.speck);
    this.specks.material.opacity = t.specks;
  }

  resize(width, height, ratio) {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
  }

  /** Bodies of those whose heading is known, dots of the others. */
  place() {
    const { school, bodies, dots, eye } = this, { now, colours, chosenColumn, size } = school;
    const matrix = bodies?.instanceMatrix.array, shade = bodies?.instanceColor.array, e = eye.camera.matrixWorldInverse.elements;
    const perPixel = (2 * eye.half()) / eye.height;
    const places = dots.geometry.attributes.position, paint = dots.geometry.attributes.color;
    const short = least(school.film.columns);
    let n = 0, m = 0;
    for (let k = 0; k < school.count; k++) {
      const column = school.there[k], o = 6 * column, c = 3 * column, full = chosenColumn < 0 || column === chosenColumn ? 1 : 0.3;
      const body = bodies && !Number.isNaN(now[o + 3]), to = 3 * (body ? n : m), at = body ? shade : paint.array;
      for (let i = 0; i < 3; i++) at[to + i] = full * colours[c + i] + (1 - full) * this.water[i];
      if (body) {
        const depth = -(e[2] * now[o] + e[6] * now[o + 1] + e[10] * now[o + 2] + e[14]);
        orient(matrix, 16 * n++, now, o, Math.max(size, short * depth * perPixel) * (column === chosenColumn ? 1.6 : 1));
      } else {
        for (let i = 0; i < 3; i++) places.array[to + i] = now[o + i];
        m++;
      }
    }
    if (bodies) {
      bodies.count = n;
      bodies.visible = n > 0;
      bodies.instanceMatrix.needsUpdate = bodies.instanceColor.needsUpdate = true;
    }
    dots.visible = m > 0;
    // three.js leaves the angle of the camera out of the size of points
    dots.material.size = Math.max(0.5 * size, (bodies ? 6 : 4) * eye.perPixel()) / eye.half();
    dots.geometry.setDrawRange(0, m);
    places.needsUpdate = paint.needsUpdate = true;
  }

  trace() {
    const { trails } = this.school, g = this.trails.geometry;
    this.trails.visible = trails.count > 0;
    if (!trails.count) return;
    if (!g.attributes.position) {
      // the arrays of the trails themselves: nothing is copied
      g.setAttribute("position", new BufferAttribute(trails.places, 3).setUsage(DynamicDrawUsage));
      g.setAttribute("color", new BufferAttribute(trails.colours, 4).setUsage(DynamicDrawUsage));
    }
    g.setDrawRange(0, 2 * trails.count);
    g.attributes.position.needsUpdate = g.attributes.color.needsUpdate = true;
  }

  draw() {
    const { school, eye, scene } = this, deep = Math.max(school.radius, eye.seen), far = eye.distance();
    eye.camera.updateMatrixWorld();
    this.place();
    this.trace();
    if (this.specks.visible) {
      const p = this.specks.geometry.attributes.position;
      specks(school, 6 * eye.seen, p.array);
      p.needsUpdate = true;
    }
    const lines = walls(school, 1.5 * deep);
    if (lines.length && this.walls.geometry.attributes.position?.array.length !== lines.length) {
      this.walls.geometry.dispose();
      this.walls.geometry = new BufferGeometry().setAttribute("position", room(lines.length));
    }
    this.walls.visible = lines.length > 0;
    if (lines.length) {
      this.walls.geometry.attributes.position.array.set(lines);
      this.walls.geometry.attributes.position.needsUpdate = true;
    }
    if (scene.fog) Object.assign(scene.fog, { near: far - 0.6 * deep, far: far + 2.6 * deep });
    this.renderer.render(scene, eye.camera);
  }
}
