# Files embedded in the programs: shaders, presets and lessons, the core word vectors, fonts.
# A C++ file with one table is generated; the bytes come in by #embed (clang 19, Emscripten) or
# by the assembler's .incbin (GCC, older clang, macOS), so that no other tool is needed.
file(GLOB ap_core_assets RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/shaders/*.vert" "${CMAKE_SOURCE_DIR}/shaders/*.frag"
  "${CMAKE_SOURCE_DIR}/shaders/*.glsl" "${CMAKE_SOURCE_DIR}/assets/presets/*.json"
  "${CMAKE_SOURCE_DIR}/assets/words-core.bin")
if(NOT EMSCRIPTEN AND EXISTS "${CMAKE_SOURCE_DIR}/assets/words.bin")
  # The page fetches these when it has drawn its first frame.
  list(APPEND ap_core_assets assets/words.bin)
endif()
# Likewise the lessons: the page fetches one when it is opened.
file(GLOB ap_lesson_assets RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/assets/models.json" "${CMAKE_SOURCE_DIR}/assets/lessons/*.json"
  "${CMAKE_SOURCE_DIR}/assets/lessons/*.md" "${CMAKE_SOURCE_DIR}/assets/lessons/states/*.json"
  "${CMAKE_SOURCE_DIR}/assets/recipes/*.json")
if(NOT EMSCRIPTEN)
  list(APPEND ap_core_assets ${ap_lesson_assets})
endif()
file(GLOB ap_gui_assets RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
  "${CMAKE_SOURCE_DIR}/assets/fonts/*.ttf")
# The page's faces are smaller, under the same names: the browser draws what they lack.
set(ap_faces_folder assets/fonts)
if(EMSCRIPTEN)
  set(ap_faces_folder assets/fonts/page)
endif()
list(APPEND ap_gui_assets ${ap_core_assets})

# ap_add_assets(target file...): an object library that defines src/base/assets.hpp's functions.
function(ap_add_assets target)
  set(files ${ARGN})
  list(SORT files)
  set(generated "${CMAKE_BINARY_DIR}/generated/${target}.cpp")
  set(AP_BLOBS "")
  set(AP_TABLE "")
  set(AP_NAMES "")
  set(paths "")
  set(index 0)
  foreach(name IN LISTS files)
    string(REGEX REPLACE "^assets/fonts" "${ap_faces_folder}" file "${name}")
    string(APPEND AP_BLOBS "AP_BLOB(${index}, \"${CMAKE_SOURCE_DIR}/${file}\")\n")
    string(APPEND AP_BLOBS_EMBED "constexpr unsigned char blob_${index}[] = {\n"
           "#embed \"${CMAKE_SOURCE_DIR}/${file}\" if_empty(0)\n};\n")
    string(APPEND AP_TABLE "    {\"${name}\", AP_BYTES(${index})},\n")
    string(APPEND AP_NAMES "    \"${name}\",\n")
    list(APPEND paths "${CMAKE_SOURCE_DIR}/${file}")
    math(EXPR index "${index} + 1")
  endforeach()
  set(AP_COUNT ${index})
  configure_file("${CMAKE_SOURCE_DIR}/cmake/assets.cpp.in" "${generated}" @ONLY)
  set_source_files_properties("${generated}" PROPERTIES OBJECT_DEPENDS "${paths}")
  add_library(${target} OBJECT EXCLUDE_FROM_ALL "${generated}")
  target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  # ccache does not see inside #embed and .incbin: an edited file must not be a hit.
  set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER "")
  target_compile_options(${target} PRIVATE -Wno-pedantic)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-c23-extensions -Wno-unknown-warning-option)
  endif()
endfunction()

ap_add_assets(ap_assets ${ap_core_assets})
ap_add_assets(ap_assets_gui ${ap_gui_assets})
