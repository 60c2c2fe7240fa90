uniform sampler2D u_texture;  // unit 0, as every sampler is that nobody has set
in vec2 v_place;
in vec4 v_colour;
out vec4 o_colour;

void main() { o_colour = v_colour * texture(u_texture, v_place); }
