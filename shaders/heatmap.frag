// A matrix as coloured cells. The rule is stated in src/view/heatmap.hpp, the names are those of
// src/view/heatmap.cpp, and its pixels must be equal within 2/255 (tests/unit/render).
uniform sampler2D u_cells;      // level 0: (value, -, -, -); above: (mean, masked share, -, -)
uniform sampler2D u_colours;    // 256 x 4: the maps
uniform vec4 u_item[9];         // all below in one: a uniform each is a call each
#define u_viewport u_item[1].xy
#define u_map_row u_item[1].z
#define u_dim u_item[1].w
#define u_blocks u_item[2]      // columns, rows, first row in u_cells, level: whole numbers
#define u_origin u_item[3].xy   // of the matrix, framebuffer pixels, y down
#define u_blocks_per_px u_item[3].zw
#define u_extent u_item[4].xy
#define u_half_gap u_item[4].zw
#define u_range u_item[5].xy    // low, high
#define u_hatch u_item[5].zw    // period, strength
#define u_masked u_item[6].rgb
#define u_stripe u_item[7].rgb
#define u_nan u_item[8].rgb
out vec4 o_colour;

const int kMostTaps = 18;

// Share of the pixel that the inside of block j takes, along one axis.
float shared_part(int j, vec2 seen, float extent, float half_gap, float blocks_per_px) {
  float lo = float(j) + half_gap;
  float hi = min(float(j + 1), extent) - half_gap;
  return max(min(seen.y, hi) - max(seen.x, lo), 0.0) / blocks_per_px;
}

float place(float value) {
  float width = u_range.y * 0.5 - u_range.x * 0.5;
  if (!(width > 0.0)) return 0.5;
  if (value >= u_range.y) return 1.0;
  return clamp((value * 0.5 - u_range.x * 0.5) / width, 0.0, 1.0);
}

vec3 lookup(float at) {
  float scaled = at * 255.0;
  int i = min(int(scaled), 254);
  int row = int(u_map_row);
  vec3 below = texelFetch(u_colours, ivec2(i, row), 0).rgb;
  vec3 above = texelFetch(u_colours, ivec2(i + 1, row), 0).rgb;
  return mix(below, above, scaled - float(i));
}

float hatch(vec2 from_corner) {
  float period = u_hatch.x;
  float along = abs(fract((from_corner.x + from_corner.y) / period) - 0.5) * period;
  return clamp(period * 0.15 + 0.5 - along, 0.0, 1.0) * u_hatch.y;
}

// Areas: x value, y masked, z NaN; w: sum of place x area.
void add_block(inout vec4 sum, ivec2 block, float area) {
  vec2 cell = texelFetch(u_cells, ivec2(block.x, int(u_blocks.z) + block.y), 0).rg;
  // By bits: isnan and isinf may be compiled away.
  uint bits = floatBitsToUint(cell.x);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) {
    sum.z += area;
  } else if (bits == 0xFF800000u) {
    sum.y += area;
  } else {
    float masked = u_blocks.w > 0.0 ? cell.y : 0.0;
    float value = area * (1.0 - masked);
    sum.x += value;
    sum.y += area * masked;
    sum.w += value * place(cell.x);
  }
}

void main() {
  vec2 px = vec2(gl_FragCoord.x - 0.5, u_viewport.y - gl_FragCoord.y - 0.5);
  vec2 lo = max((px - u_origin) * u_blocks_per_px, 0.0);
  vec2 hi = min((px + 1.0 - u_origin) * u_blocks_per_px, u_extent);
  if (!(hi.x > lo.x && hi.y > lo.y)) discard;
  ivec2 first = ivec2(lo);
  ivec2 last = min(min(ivec2(ceil(hi)), ivec2(u_blocks.xy)) - 1, first + kMostTaps - 1);

  vec4 sum = vec4(0.0);
  if (first == last) {  // most pixels of readable cells: no loop for them
    float down = shared_part(first.y, vec2(lo.y, hi.y), u_extent.y, u_half_gap.y, u_blocks_per_px.y);
    add_block(sum, first, down * shared_part(first.x, vec2(lo.x, hi.x), u_extent.x, u_half_gap.x,
                                             u_blocks_per_px.x));
  } else {
    for (int r = first.y; r <= last.y; ++r) {
      float down = shared_part(r, vec2(lo.y, hi.y), u_extent.y, u_half_gap.y, u_blocks_per_px.y);
      for (int c = first.x; c <= last.x; ++c) {
        add_block(sum, ivec2(c, r), down * shared_part(c, vec2(lo.x, hi.x), u_extent.x,
                                                       u_half_gap.x, u_blocks_per_px.x));
      }
    }
  }
  float area = sum.x + sum.y + sum.z;
  if (!(area > 0.0)) discard;
  vec3 colour = u_nan * sum.z;
  if (sum.x > 0.0) colour += lookup(sum.w / sum.x) * sum.x;
  if (sum.y > 0.0) colour += mix(u_masked, u_stripe, hatch(px + 0.5 - u_origin)) * sum.y;
  o_colour = vec4(colour / area, min(area, 1.0) * (1.0 - u_dim));
}
