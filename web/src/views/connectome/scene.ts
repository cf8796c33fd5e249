// The graph in WebGL: nodes as round points, edges as lines, seen from any side.
import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { isSoftwareGL } from "../../ui/webgl";

export interface Node {
  color: string;
  /** Diameter in pixels. */
  size: number;
  faint: boolean;
}

export interface Line {
  a: number;
  b: number;
  color: string;
  opacity: number;
}

const vertex = `
attribute float size; attribute vec4 tint; varying vec4 shade; uniform float ratio; uniform float height;
void main() {
  shade = tint;
  vec4 p = modelViewMatrix * vec4(position, 1.0);
  gl_Position = projectionMatrix * p;
  gl_PointSize = size * ratio;
}`;
const fragment = `
varying vec4 shade; uniform vec3 rim;
void main() {
  float r = length(gl_PointCoord - 0.5) * 2.0;
  if (r > 1.0) discard;
  float border = smoothstep(0.78, 0.86, r);
  gl_FragColor = vec4(mix(shade.rgb, rim, border), shade.a * (1.0 - smoothstep(0.93, 1.0, r)));
}`;

/** A scene on a canvas. Throws where the browser has no WebGL. */
export class Scene {
  private renderer: THREE.WebGLRenderer;
  private scene = new THREE.Scene();
  private camera = new THREE.OrthographicCamera(-1, 1, 1, -1, -10, 10);
  private controls: OrbitControls;
  private nodes: THREE.Points;
  private lines: THREE.LineSegments;
  private points: THREE.Vector3[] = [];
  private material: THREE.ShaderMaterial;
  private width = 1;
  private height = 1;
  private queued = 0;

  constructor(
    canvas: HTMLCanvasElement,
    private seen: () => void,
  ) {
    this.renderer = new THREE.WebGLRenderer({ canvas, alpha: true, antialias: !isSoftwareGL() });
    this.renderer.outputColorSpace = THREE.LinearSRGBColorSpace;
    this.material = new THREE.ShaderMaterial({
      vertexShader: vertex,
      fragmentShader: fragment,
      transparent: true,
      depthTest: false,
      uniforms: { ratio: { value: 1 }, rim: { value: new THREE.Color("#fff") } },
    });
    this.nodes = new THREE.Points(new THREE.BufferGeometry(), this.material);
    this.lines = new THREE.LineSegments(new THREE.BufferGeometry(), new THREE.LineBasicMaterial({ vertexColors: true, transparent: true, depthTest: false }));
    this.scene.add(this.lines, this.nodes);
    this.camera.position.set(0, 0, 5);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enableDamping = false;
    this.controls.zoomSpeed = 1.2;
    this.controls.addEventListener("change", () => this.draw());
  }

  /** Flat graphs are moved, those with depth are turned. */
  setPoints(points: [number, number, number][], flat: boolean) {
    this.points = points.map((p) => new THREE.Vector3(p[0], -p[1], p[2]));
    const geometry = this.nodes.geometry;
    geometry.setAttribute("position", new THREE.Float32BufferAttribute(this.points.flatMap((p) => p.toArray()), 3));
    geometry.computeBoundingSphere();
    this.controls.enableRotate = !flat;
    this.controls.mouseButtons.LEFT = flat ? THREE.MOUSE.PAN : THREE.MOUSE.ROTATE;
  }

  setNodes(nodes: Node[], rim: string) {
    const color = new THREE.Color();
    color.set(rim);
    (this.material.uniforms.rim.value as THREE.Color).setRGB(...srgb(rim));
    const tint = nodes.flatMap((n) => [...srgb(n.color), n.faint ? 0.25 : 1]);
    this.nodes.geometry.setAttribute("tint", new THREE.Float32BufferAttribute(tint, 4));
    this.nodes.geometry.setAttribute("size", new THREE.Float32BufferAttribute(nodes.map((n) => n.size), 1));
  }

  setLines(lines: Line[]) {
    const position = new Float32Array(lines.length * 6);
    const color = new Float32Array(lines.length * 8);
    lines.forEach((l, i) => {
      this.points[l.a]?.toArray(position, 6 * i);
      this.points[l.b]?.toArray(position, 6 * i + 3);
      const rgba = [...srgb(l.color), l.opacity];
      color.set(rgba, 8 * i);
      color.set(rgba, 8 * i + 4);
    });
    const geometry = this.lines.geometry;
    geometry.dispose();
    geometry.setAttribute("position", new THREE.BufferAttribute(position, 3));
    geometry.setAttribute("color", new THREE.BufferAttribute(color, 4));
    geometry.computeBoundingSphere();
  }

  resize(width: number, height: number) {
    [this.width, this.height] = [width, height];
    const ratio = devicePixelRatio || 1;
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.material.uniforms.ratio.value = ratio;
    const aspect = width / height;
    const half = 1.12 / Math.min(1, aspect);
    this.camera.left = -half * aspect;
    this.camera.right = half * aspect;
    this.camera.top = half;
    this.camera.bottom = -half;
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  /** Looks from the front (along z), the top (along y) or the side (along x). */
  look(from: "front" | "top" | "side") {
    const at = { front: [0, 0, 5], top: [0, 5, 0.001], side: [5, 0, 0] }[from];
    this.camera.position.set(at[0], at[1], at[2]);
    this.controls.target.set(0, 0, 0);
    this.camera.zoom = 1;
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.draw();
  }

  zoom(factor: number) {
    this.camera.zoom = Math.max(0.3, Math.min(20, this.camera.zoom * factor));
    this.camera.updateProjectionMatrix();
    this.draw();
  }

  turn(x: number, y: number) {
    const s = new THREE.Spherical().setFromVector3(this.camera.position);
    s.theta += x;
    s.phi = Math.max(0.01, Math.min(Math.PI - 0.01, s.phi + y));
    this.camera.position.setFromSpherical(s);
    this.controls.update();
    this.draw();
  }

  /** Draws at the next frame, once however often it is asked. */
  draw() {
    if (this.queued) return;
    this.queued = requestAnimationFrame(() => {
      this.queued = 0;
      this.renderer.render(this.scene, this.camera);
      this.seen();
    });
  }

  /** Where the nodes are on the canvas, in pixels. */
  places(): { x: number; y: number; depth: number }[] {
    this.camera.updateMatrixWorld();
    const v = new THREE.Vector3();
    return this.points.map((p) => {
      v.copy(p).project(this.camera);
      return { x: ((v.x + 1) / 2) * this.width, y: ((1 - v.y) / 2) * this.height, depth: v.z };
    });
  }

  close() {
    cancelAnimationFrame(this.queued);
    this.controls.dispose();
    this.nodes.geometry.dispose();
    this.lines.geometry.dispose();
    this.material.dispose();
    (this.lines.material as THREE.Material).dispose();
    this.renderer.dispose();
  }
}

function srgb(color: string): [number, number, number] {
  const k = parseInt(color.slice(1), 16);
  return [(k >> 16) / 255, ((k >> 8) & 255) / 255, (k & 255) / 255];
}
