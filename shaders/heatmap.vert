// One quad, two triangles as a strip, from gl_VertexID alone: no buffers.
// The #version is put before this at load.
uniform vec4 u_quad;      // left, top, right, bottom in framebuffer pixels, y down
uniform vec2 u_viewport;  // framebuffer size

void main() {
  vec2 corner = vec2((gl_VertexID & 1) == 0 ? u_quad.x : u_quad.z,
                     (gl_VertexID & 2) == 0 ? u_quad.y : u_quad.w);
  vec2 clip = corner / u_viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}
