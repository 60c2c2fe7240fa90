// One quad, two triangles as a strip, from gl_VertexID alone: no buffers.
// The #version is put before this at load.
uniform vec4 u_item[9];  // one matrix: see render/heatmap_pass.cpp
#define u_quad u_item[0]         // left, top, right, bottom in framebuffer pixels, y down
#define u_viewport u_item[1].xy  // framebuffer size

void main() {
  vec2 corner = vec2((gl_VertexID & 1) == 0 ? u_quad.x : u_quad.z,
                     (gl_VertexID & 2) == 0 ? u_quad.y : u_quad.w);
  vec2 clip = corner / u_viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}
