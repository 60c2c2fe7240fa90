// OpenGL's declarations: the part that OpenGL ES 3.0 (WebGL 2) and OpenGL 3.3 share. On the page
// and on Linux GLES3's header is used, so nothing outside that part compiles; Linux's libGL exports
// the same functions, so no loader is needed. macOS declares the same names in its own header. Only
// src/render includes this.
#pragma once

#if __has_include(<GLES3/gl3.h>)
#include <GLES3/gl3.h>
#elif __has_include(<OpenGL/gl3.h>)
#include <OpenGL/gl3.h>
#else
#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>
#endif

namespace ap::render {

// A page has WebGL 2, which is OpenGL ES 3.0; elsewhere the driver knows what it is.
#ifdef __EMSCRIPTEN__
inline constexpr bool kWebGl = true;
#else
inline constexpr bool kWebGl = false;
#endif

}  // namespace ap::render
