let known: boolean | undefined;

/**
 * Whether WebGL is computed by the processor here (SwiftShader, llvmpipe), or is not there at all: a plain canvas then
 * moves pictures faster.
 */
export function isSoftwareGL(): boolean {
  if (known !== undefined) return known;
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return (known = true);
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return (known = /swiftshader|llvmpipe|software|basic render/i.test(renderer));
}
