import{C as e,O as t,T as n,_ as r,c as i,g as a,h as o,i as s,k as c,l,n as u,o as d,r as f,t as p,w as m,x as h}from"./three.module-V4h8-Syj.js";import"./index-BHC-g_h1.js";var g=`
uniform vec2 share;
varying vec2 at;
void main() {
  at = vec2(position.x, position.y) * share;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`,_=`
uniform sampler2D codes;
uniform sampler2D colors;
varying vec2 at;
void main() {
  float code = texture2D(codes, at).r;
  gl_FragColor = texture2D(colors, vec2((code * 255.0 + 0.5) / 256.0, 0.5));
}`,v=`
attribute float offset;
attribute float row;
uniform float shift;
uniform float top;
uniform vec2 scale;
void main() {
  float x = (offset + shift) * scale.x + (position.x - 0.5) * 1.2;
  float y = (row - top + 0.1) * scale.y + position.y * max(0.8 * scale.y, 1.0);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(x, y, 0.0, 1.0);
}`,y=`
uniform vec3 ink;
void main() { gl_FragColor = vec4(ink, 1.0); }`,b=new Float32Array([0,0,0,1,0,0,1,1,0,0,1,0]),x=[0,2,1,0,3,2];function S(e,n,r,i){let o=new d(e,n,r,i,t);return o.minFilter=o.magFilter=a,o.unpackAlignment=1,o.needsUpdate=!0,o}var C=class{canvas;name=`webgl`;renderer;scene=new m;camera=new r(0,1,0,1,-1,1);square=new f;shown=new Map;luts=new Map;ticks;paper=new s;constructor(e){this.canvas=e,this.renderer=new p({canvas:e,antialias:!1,alpha:!1,depth:!1,stencil:!1,powerPreference:`high-performance`}),this.renderer.sortObjects=!0,this.square.setAttribute(`position`,new u(b,3)),this.square.setIndex(x)}resize(e,t,n){this.renderer.setPixelRatio(n),this.renderer.setSize(e,t,!1),this.camera.right=e,this.camera.bottom=t,this.camera.updateProjectionMatrix()}draw(e,t,n){for(let e of this.shown.values())e.mesh.visible=!1;e.forEach((e,t)=>this.place(e,t)),this.placeTicks(t,e.length),this.renderer.setClearColor(this.paper.set(n).convertLinearToSRGB(),1),this.renderer.render(this.scene,this.camera)}place(t,r){let i=this.shown.get(t.tile.id);if(i&&i.tile!==t.tile&&(this.drop(t.tile.id),i=void 0),!i){let r=S(t.tile.codes,512,256,e),a={codes:{value:r},colors:{value:null},share:{value:new c}},s=new n({vertexShader:g,fragmentShader:_,uniforms:a,side:2,depthTest:!1,depthWrite:!1});i={tile:t.tile,mesh:new o(this.square,s),codes:r},i.mesh.frustumCulled=!1,this.scene.add(i.mesh),this.shown.set(t.tile.id,i)}i.mesh.visible=!0,i.mesh.renderOrder=r,i.mesh.position.set(t.x,t.y,0),i.mesh.scale.set(t.width,t.height,1),i.mesh.material.uniforms.colors.value=this.lut(t.lut),i.mesh.material.uniforms.share.value.set(t.across,t.down)}lut(e){let t=this.luts.get(e);if(!t){if(this.luts.size>64){for(let e of this.luts.values())e.dispose();this.luts.clear()}t=S(e,256,1,h),this.luts.set(e,t)}return t}placeTicks(e,t){if(this.ticks&&this.ticks.spikes!==e?.spikes&&(this.scene.remove(this.ticks.mesh),this.ticks.mesh.geometry.dispose(),this.ticks.mesh.material.dispose(),this.ticks=void 0),!e)return;if(!this.ticks){let t=new l;t.setAttribute(`position`,this.square.getAttribute(`position`)),t.setIndex(x),t.setAttribute(`offset`,new i(e.spikes.offsets,1)),t.setAttribute(`row`,new i(e.spikes.rows,1)),t.instanceCount=e.spikes.offsets.length;let r={shift:{value:0},top:{value:0},scale:{value:new c},ink:{value:new s}},a=new n({vertexShader:v,fragmentShader:y,uniforms:r,side:2,depthTest:!1,depthWrite:!1}),u=new o(t,a);u.frustumCulled=!1,this.scene.add(u),this.ticks={spikes:e.spikes,mesh:u}}let{uniforms:r}=this.ticks.mesh.material;this.ticks.mesh.renderOrder=t,r.shift.value=e.spikes.t0-e.t0,r.top.value=e.r0,r.scale.value.set(e.perSecond,e.perRow),r.ink.value.set(e.ink).convertLinearToSRGB()}drop(e){let t=this.shown.get(e);t&&(this.scene.remove(t.mesh),t.mesh.material.dispose(),t.codes.dispose(),this.shown.delete(e))}dispose(){for(let e of[...this.shown.keys()])this.drop(e);this.placeTicks(void 0,0);for(let e of this.luts.values())e.dispose();this.square.dispose(),this.renderer.dispose()}};export{C as WebGLPainter};