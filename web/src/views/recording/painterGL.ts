// Draws tiles with WebGL: a tile is a texture of codes, its colours a second one of 256 pixels, so that panning and
// zooming move rectangles and a change of colours replaces a kilobyte.
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DataTexture,
  DoubleSide,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  NearestFilter,
  OrthographicCamera,
  RedFormat,
  RGBAFormat,
  Scene,
  ShaderMaterial,
  UnsignedByteType,
  Vector2,
  WebGLRenderer,
} from "three";
import type { Lut } from "./colormap";
import type { Painter, Quad, Spikes, Ticks } from "./painter";
import type { Tile } from "./tiles";
import { tileHeight, tileWidth } from "./types";

const tileVertex = /* glsl */ `
uniform vec2 share;
varying vec2 at;
void main() {
  at = vec2(position.x, position.y) * share;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

const tileFragment = /* glsl */ `
uniform sampler2D codes;
uniform sampler2D colors;
varying vec2 at;
void main() {
  float code = texture2D(codes, at).r;
  gl_FragColor = texture2D(colors, vec2((code * 255.0 + 0.5) / 256.0, 0.5));
}`;

// Ticks are rectangles, one instance for each spike, at least a pixel wide.
const tickVertex = /* glsl */ `
attribute float offset;
attribute float row;
uniform float shift;
uniform float top;
uniform vec2 scale;
void main() {
  float x = (offset + shift) * scale.x + (position.x - 0.5) * 1.2;
  float y = (row - top + 0.1) * scale.y + position.y * max(0.8 * scale.y, 1.0);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(x, y, 0.0, 1.0);
}`;

const tickFragment = /* glsl */ `
uniform vec3 ink;
void main() { gl_FragColor = vec4(ink, 1.0); }`;

const corners = new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]);
const triangles = [0, 2, 1, 0, 3, 2];

function byteTexture(data: Uint8Array<ArrayBuffer>, width: number, height: number, format: typeof RedFormat | typeof RGBAFormat): DataTexture {
  const texture = new DataTexture(data, width, height, format, UnsignedByteType);
  texture.minFilter = texture.magFilter = NearestFilter;
  texture.unpackAlignment = 1;
  texture.needsUpdate = true;
  return texture;
}

interface Shown {
  tile: Tile;
  mesh: Mesh<BufferGeometry, ShaderMaterial>;
  codes: DataTexture;
}

export class WebGLPainter implements Painter {
  readonly name = "webgl";
  private renderer: WebGLRenderer;
  private scene = new Scene();
  private camera = new OrthographicCamera(0, 1, 0, 1, -1, 1);
  private square = new BufferGeometry();
  private shown = new Map<string, Shown>();
  private luts = new Map<Lut, DataTexture>();
  private ticks?: { spikes: Spikes; mesh: Mesh<InstancedBufferGeometry, ShaderMaterial> };
  private paper = new Color();

  /** Throws where there is no WebGL. */
  constructor(readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: false, alpha: false, depth: false, stencil: false, powerPreference: "high-performance" });
    this.renderer.sortObjects = true;
    this.square.setAttribute("position", new BufferAttribute(corners, 3));
    this.square.setIndex(triangles);
  }

  resize(width: number, height: number, ratio: number) {
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.camera.right = width;
    this.camera.bottom = height;
    this.camera.updateProjectionMatrix();
  }

  draw(quads: Quad[], ticks: Ticks | undefined, paper: string) {
    for (const s of this.shown.values()) s.mesh.visible = false;
    quads.forEach((q, i) => this.place(q, i));
    this.placeTicks(ticks, quads.length);
    this.renderer.setClearColor(this.paper.set(paper).convertLinearToSRGB(), 1);
    this.renderer.render(this.scene, this.camera);
  }

  private place(q: Quad, order: number) {
    let s = this.shown.get(q.tile.id);
    if (s && s.tile !== q.tile) {
      this.drop(q.tile.id);
      s = undefined;
    }
    if (!s) {
      const codes = byteTexture(q.tile.codes, tileWidth, tileHeight, RedFormat);
      const uniforms = { codes: { value: codes }, colors: { value: null }, share: { value: new Vector2() } };
      const material = new ShaderMaterial({ vertexShader: tileVertex, fragmentShader: tileFragment, uniforms, side: DoubleSide, depthTest: false, depthWrite: false });
      s = { tile: q.tile, mesh: new Mesh(this.square, material), codes };
      s.mesh.frustumCulled = false;
      this.scene.add(s.mesh);
      this.shown.set(q.tile.id, s);
    }
    s.mesh.visible = true;
    s.mesh.renderOrder = order;
    s.mesh.position.set(q.x, q.y, 0);
    s.mesh.scale.set(q.width, q.height, 1);
    s.mesh.material.uniforms.colors.value = this.lut(q.lut);
    s.mesh.material.uniforms.share.value.set(q.across, q.down);
  }

  private lut(lut: Lut): DataTexture {
    let texture = this.luts.get(lut);
    if (!texture) {
      // Tables are replaced as a whole: those of before are not needed again.
      if (this.luts.size > 64) {
        for (const old of this.luts.values()) old.dispose();
        this.luts.clear();
      }
      texture = byteTexture(lut, 256, 1, RGBAFormat);
      this.luts.set(lut, texture);
    }
    return texture;
  }

  private placeTicks(t: Ticks | undefined, order: number) {
    if (this.ticks && this.ticks.spikes !== t?.spikes) {
      this.scene.remove(this.ticks.mesh);
      this.ticks.mesh.geometry.dispose();
      this.ticks.mesh.material.dispose();
      this.ticks = undefined;
    }
    if (!t) return;
    if (!this.ticks) {
      const geometry = new InstancedBufferGeometry();
      geometry.setAttribute("position", this.square.getAttribute("position"));
      geometry.setIndex(triangles);
      geometry.setAttribute("offset", new InstancedBufferAttribute(t.spikes.offsets, 1));
      geometry.setAttribute("row", new InstancedBufferAttribute(t.spikes.rows, 1));
      geometry.instanceCount = t.spikes.offsets.length;
      const uniforms = { shift: { value: 0 }, top: { value: 0 }, scale: { value: new Vector2() }, ink: { value: new Color() } };
      const material = new ShaderMaterial({ vertexShader: tickVertex, fragmentShader: tickFragment, uniforms, side: DoubleSide, depthTest: false, depthWrite: false });
      const mesh = new Mesh(geometry, material);
      mesh.frustumCulled = false;
      this.scene.add(mesh);
      this.ticks = { spikes: t.spikes, mesh };
    }
    const { uniforms } = this.ticks.mesh.material;
    this.ticks.mesh.renderOrder = order;
    uniforms.shift.value = t.spikes.t0 - t.t0;
    uniforms.top.value = t.r0;
    uniforms.scale.value.set(t.perSecond, t.perRow);
    uniforms.ink.value.set(t.ink).convertLinearToSRGB();
  }

  drop(id: string) {
    const s = this.shown.get(id);
    if (!s) return;
    this.scene.remove(s.mesh);
    s.mesh.material.dispose();
    s.codes.dispose();
    this.shown.delete(id);
  }

  dispose() {
    for (const id of [...this.shown.keys()]) this.drop(id);
    this.placeTicks(undefined, 0);
    for (const texture of this.luts.values()) texture.dispose();
    this.square.dispose();
    this.renderer.dispose();
  }
}
