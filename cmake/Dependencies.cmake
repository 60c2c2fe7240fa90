# Third-party libraries: from AP_SOURCES (Debian's sources of the same releases, fetched and
# verified by tools/setup.sh) where they are there, else from upstream. All as SYSTEM includes.
include(FetchContent)
set(FETCHCONTENT_QUIET ON)

# ap_source(name folder repository commit): sets <name>_SOURCE_DIR; builds nothing by itself.
macro(ap_source name folder repository commit)
  if(AP_SOURCES AND EXISTS "${AP_SOURCES}/${folder}")
    string(TOUPPER ${name} ap_upper)
    set(FETCHCONTENT_SOURCE_DIR_${ap_upper} "${AP_SOURCES}/${folder}")
  endif()
  FetchContent_Declare(${name} GIT_REPOSITORY ${repository} GIT_TAG ${commit}
                       SOURCE_SUBDIR not-added-as-a-subdirectory)
  FetchContent_MakeAvailable(${name})
endmacro()

ap_source(eigen eigen3 https://gitlab.com/libeigen/eigen.git
          3147391d946bb4b6c68edd901f2add6ac1f31f8c) # 3.4.0
ap_source(json nlohmann-json3 https://github.com/nlohmann/json.git
          9cca280a4d0ccf0c08f47a99aa71d1b0e52f8d03) # v3.11.3
ap_source(stb libstb https://github.com/nothings/stb.git
          5c205738c191bcb0abc65c4febfa9bd25ff35234) # 2024-11-09
ap_source(cli11 cli11 https://github.com/CLIUtils/CLI11.git
          6c7b07a878ad834957b98d0f9ce1dbe0cb204fc9) # v2.4.2
ap_source(catch2 catch2 https://github.com/catchorg/Catch2.git
          fa43b77429ba76c462b1898d6cd2f2d7a9416b14) # v3.7.1
ap_source(imgui imgui https://github.com/ocornut/imgui.git
          d6cb3c923d28dcebb2d8d9605ccc7229ccef19eb) # v1.90.1

function(ap_headers name)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${ARGN})
endfunction()

ap_headers(ap_eigen "${eigen_SOURCE_DIR}")
target_compile_definitions(ap_eigen INTERFACE EIGEN_MPL2_ONLY)
ap_headers(ap_json "${json_SOURCE_DIR}/single_include")
if(EMSCRIPTEN)
  target_compile_definitions(ap_json INTERFACE JSON_NOEXCEPTION)
endif()
ap_headers(ap_stb "${stb_SOURCE_DIR}")
ap_headers(ap_cli11 "${cli11_SOURCE_DIR}/include")

# Third-party code that is compiled: no warnings, small in the page.
function(ap_third_party target)
  target_compile_options(${target} PRIVATE -w)
  if(EMSCRIPTEN AND CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -Oz -fno-exceptions -fno-rtti -flto)
  endif()
endfunction()

# ImGui's built-in face is 12 kB of every page that never shows it: it is left out of a copy made for the
# build. Another version of the file, where it is not found, is compiled as it is.
set(ap_imgui_draw "${imgui_SOURCE_DIR}/imgui_draw.cpp")
file(READ "${ap_imgui_draw}" text)
set(face "static const char proggy_clean_ttf_compressed_data_base85[11980 + 1] =")
string(FIND "${text}" "${face}" from)
if(EMSCRIPTEN AND NOT from EQUAL -1)
  string(SUBSTRING "${text}" 0 ${from} before)
  string(SUBSTRING "${text}" ${from} -1 text)
  string(FIND "${text}" "static const char* GetDefaultCompressedFontDataTTFBase85()" end)
  string(SUBSTRING "${text}" ${end} -1 after)
  set(ap_imgui_draw "${CMAKE_BINARY_DIR}/generated/imgui_draw.cpp")
  file(CONFIGURE OUTPUT "${ap_imgui_draw}" @ONLY CONTENT
    "@before@static const char proggy_clean_ttf_compressed_data_base85[] = \"\";\n@after@")
endif()

# Dear ImGui without its backends: input is app/window/input, drawing render/ui_pass.
add_library(ap_imgui STATIC EXCLUDE_FROM_ALL
  "${imgui_SOURCE_DIR}/imgui.cpp" "${ap_imgui_draw}"
  "${imgui_SOURCE_DIR}/imgui_tables.cpp" "${imgui_SOURCE_DIR}/imgui_widgets.cpp")
target_include_directories(ap_imgui SYSTEM PUBLIC "${imgui_SOURCE_DIR}")
target_compile_definitions(ap_imgui PUBLIC
  IMGUI_DISABLE_DEMO_WINDOWS IMGUI_DISABLE_DEBUG_TOOLS IMGUI_DISABLE_OBSOLETE_FUNCTIONS
  IMGUI_DISABLE_FILE_FUNCTIONS)
if(NOT EMSCRIPTEN)
  # Emoji stay what they are while a sentence is edited; in the page the browser's own field edits.
  target_compile_definitions(ap_imgui PUBLIC IMGUI_USE_WCHAR32)
endif()
ap_third_party(ap_imgui)

# The desktop's SDL2 and OpenGL; the page has both of its browser. AP_HAVE_GUI says whether there
# is a window here.
set(AP_HAVE_GUI OFF)
if(EMSCRIPTEN)
  add_library(ap_sdl INTERFACE)
  add_library(ap_gl INTERFACE)
  set(AP_HAVE_GUI ON)
else()
  find_package(SDL2 CONFIG QUIET)
  set(OpenGL_GL_PREFERENCE GLVND)
  find_package(OpenGL QUIET COMPONENTS OpenGL)
  if(SDL2_FOUND AND TARGET OpenGL::GL)
    add_library(ap_sdl INTERFACE)
    target_link_libraries(ap_sdl INTERFACE SDL2::SDL2)
    target_include_directories(ap_sdl SYSTEM INTERFACE
      "$<TARGET_PROPERTY:SDL2::SDL2,INTERFACE_INCLUDE_DIRECTORIES>")
    add_library(ap_gl INTERFACE)
    target_link_libraries(ap_gl INTERFACE OpenGL::GL)
    target_compile_definitions(ap_gl INTERFACE GL_SILENCE_DEPRECATION)
    set(AP_HAVE_GUI ON)
  endif()
endif()
if(NOT AP_HAVE_GUI)
  message(STATUS "no SDL2 or OpenGL here: the window and its layers are not built")
endif()
