// What Dear ImGui lists: triangles of the text atlas and of pictures.
// The #version is put before this at load. Attributes are named in render/ui_pass.cpp.
in vec2 a_position;  // ImGui's units, y down
in vec2 a_place;     // in the texture
in vec4 a_colour;
in vec4 a_view;      // scale and shift into clip space, the same for every corner
out vec2 v_place;
out vec4 v_colour;

void main() {
  v_place = a_place;
  v_colour = a_colour;
  gl_Position = vec4(a_position * a_view.xy + a_view.zw, 0.0, 1.0);
}
