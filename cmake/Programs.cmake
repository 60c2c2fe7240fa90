# The programs of src/app: the page (wasm), the window and the command line. One whose main file
# is not there is left out with a message.
set(app "${CMAKE_SOURCE_DIR}/src/app")
set(cli_layers ap_exchange ap_io ap_view ap_playground ap_attention ap_text ap_tensor ap_base)
file(GLOB cli_sources CONFIGURE_DEPENDS "${app}/cli/*.cpp")
file(GLOB gui_sources CONFIGURE_DEPENDS "${app}/window/*.cpp")
file(GLOB web_sources CONFIGURE_DEPENDS "${app}/page/*.cpp")
# Modules of their own.
list(FILTER web_sources EXCLUDE REGEX "/(core|files)_api\\.cpp$")

# The command line: no SDL, OpenGL or ImGui. For wasm it runs in Node, for the tests.
if(EXISTS "${app}/cli/main.cpp")
  add_executable(attention ${cli_sources})
  set_target_properties(attention PROPERTIES EXCLUDE_FROM_ALL "${EMSCRIPTEN}")
  target_link_libraries(attention PRIVATE ${cli_layers} ap_assets_gui ap_cli11)
  # Options are read once: what takes time is compiling CLI11's templates, so few files share them.
  target_compile_options(attention PRIVATE ${AP_WARNINGS} -Wconversion
    "$<$<CONFIG:Release>:-O1>")
  set_target_properties(attention PROPERTIES UNITY_BUILD "${AP_PCH}" UNITY_BUILD_BATCH_SIZE 4)
  target_precompile_headers(attention PRIVATE <CLI/CLI.hpp>)
  if(EMSCRIPTEN)
    # CLI11 reports by exceptions, which end in cli/main.cpp.
    target_compile_options(attention PRIVATE -fwasm-exceptions)
    target_link_options(attention PRIVATE -fwasm-exceptions -O1 -sENVIRONMENT=node -sNODERAWFS
      -sEXIT_RUNTIME -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=2GB -sSTACK_SIZE=4MB)
  else()
    set_target_properties(attention PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${AP_OUTPUT}/native")
  endif()
else()
  message(STATUS "src/app/cli/main.cpp is not there: no command line")
endif()

# ap_minify(var from to module?): the command that makes a script of the page small; a plain copy where
# tools/page has not been installed. Emscripten's own glue loses a quarter of its gzip size.
find_program(AP_NODE node)
set(ap_terser "${CMAKE_SOURCE_DIR}/tools/page/node_modules/terser/bin/terser")
function(ap_minify result from to)
  if(AP_NODE AND EXISTS "${ap_terser}")
    set(${result} "${AP_NODE}" "${ap_terser}" "${from}" --module --compress passes=2 --mangle
      --output "${to}" PARENT_SCOPE)
  elseif(from STREQUAL to)
    set(${result} "${CMAKE_COMMAND}" -E true PARENT_SCOPE)
  else()
    set(${result} "${CMAKE_COMMAND}" -E copy "${from}" "${to}" PARENT_SCOPE)
  endif()
endfunction()

# ap_split(target module): cuts the page's module into what the first picture needs and the rest
# (tools/page/split.mjs). Without Binaryen's tools or Node it stays whole, and works all the same.
function(ap_split target module)
  execute_process(COMMAND "${EMSCRIPTEN_ROOT_PATH}/em-config" BINARYEN_ROOT
    OUTPUT_VARIABLE binaryen OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(bin "${binaryen}/bin")
  if(NOT AP_NODE OR NOT EXISTS "${bin}/wasm-split" OR NOT EXISTS "${bin}/wasm-dis")
    message(STATUS "no wasm-split: the page's module stays in one piece")
    return()
  endif()
  set(tools "${CMAKE_SOURCE_DIR}/tools/page")
  # Names for the tool; it leaves none behind.
  target_link_options(${target} PRIVATE --profiling-funcs -Wl,--no-demangle)
  set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS
    "${tools}/split.mjs" "${tools}/late.txt")
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM
    COMMAND "${AP_NODE}" "${tools}/split.mjs" "${module}" "${tools}/late.txt"
            "${bin}/wasm-split" "${bin}/wasm-dis")
endfunction()

# The window and the page: one window/main.cpp.
if(NOT AP_HAVE_GUI OR NOT EXISTS "${app}/window/main.cpp")
  message(STATUS "src/app/window/main.cpp, SDL2 or OpenGL is not there: no window, no page")
elseif(NOT EMSCRIPTEN)
  add_executable(attention-playground ${gui_sources})
  target_link_libraries(attention-playground PRIVATE
    ap_ui ap_platform ap_render ${cli_layers} ap_assets_gui)
  ap_compile_options(attention-playground SMALL)
  ap_unity(attention-playground)
  set_target_properties(attention-playground PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${AP_OUTPUT}/native")
else()
  add_executable(attention-playground ${gui_sources} ${web_sources})
  target_link_libraries(attention-playground PRIVATE
    ap_ui ap_platform ap_render ${cli_layers} ap_assets_gui)
  ap_compile_options(attention-playground SMALL)
  target_compile_options(attention-playground PRIVATE -flto)
  target_link_options(attention-playground PRIVATE -flto -Oz ${AP_KERNEL_LINK_OPTIONS}
    -sMODULARIZE -sEXPORT_ES6
    -sENVIRONMENT=web -sFILESYSTEM=0 -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH
    -sMAXIMUM_MEMORY=2GB -sSTACK_SIZE=1MB -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2
    -sTEXTDECODER=2 -sMIN_SAFARI_VERSION=160400 -sMIN_FIREFOX_VERSION=110 -sMIN_CHROME_VERSION=100
    -sGL_TRACK_ERRORS=0 -sSUPPORT_LONGJMP=0
    -sEXPORT_NAME=createPlayground -sEXPORTED_FUNCTIONS=_main,_malloc,_free
    -sEXPORTED_RUNTIME_METHODS=HEAPU8,HEAPF32,HEAP32,UTF8ToString,stringToUTF8,lengthBytesUTF8)
  ap_unity(attention-playground)
  ap_precompile_as(attention-playground ap_text)
  # Two variants of one page, which chooses when it loads (web/playground.js).
  ap_relaxed_twin(attention-playground)
  set_target_properties(attention-playground_relaxed PROPERTIES EXCLUDE_FROM_ALL OFF)
  foreach(page attention-playground attention-playground_relaxed)
    string(REPLACE "_" "-" page_name "${page}")
    set_target_properties(${page} PROPERTIES OUTPUT_NAME ${page_name}
      RUNTIME_OUTPUT_DIRECTORY "${AP_OUTPUT}/web")
    set(glue "${AP_OUTPUT}/web/${page_name}.js")
    ap_minify(minify "${glue}" "${glue}")
    add_custom_command(TARGET ${page} POST_BUILD VERBATIM COMMAND ${minify})
    ap_split(${page} "${AP_OUTPUT}/web/${page_name}.wasm")
  endforeach()
endif()

# The headless core: documents, traces and `attend` in a page, a worker or Node; no canvas, SDL or GL.
if(EMSCRIPTEN AND EXISTS "${app}/page/core_api.cpp")
  add_executable(attention-core "${app}/page/core_api.cpp")
  # Of small size, with the same bits: the order of additions is the source's.
  ap_kernels_again(ap_tensor_small SMALL -flto -DAP_ONE_TILE)
  target_link_libraries(attention-core PRIVATE ap_tensor_small ap_playground ap_attention ap_base)
  ap_compile_options(attention-core SMALL)
  target_compile_options(attention-core PRIVATE -flto)
  target_link_options(attention-core PRIVATE -flto -Oz --no-entry -sMODULARIZE -sEXPORT_ES6
    -sENVIRONMENT=web,worker -sFILESYSTEM=0 -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH
    -sMAXIMUM_MEMORY=2GB -sSTACK_SIZE=1MB -sTEXTDECODER=2 -sSUPPORT_LONGJMP=0 -sMALLOC=emmalloc
    -sMIN_SAFARI_VERSION=160400 -sMIN_FIREFOX_VERSION=110 -sMIN_CHROME_VERSION=100
    -sEXPORT_NAME=createCore -sEXPORTED_FUNCTIONS=_malloc,_free
    -sEXPORTED_RUNTIME_METHODS=HEAPU8,HEAPF32,UTF8ToString)
  set_target_properties(attention-core PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${AP_OUTPUT}/web")
  set(core_glue "${AP_OUTPUT}/web/attention-core.js")
  ap_minify(minify "${core_glue}" "${core_glue}")
  add_custom_command(TARGET attention-core POST_BUILD VERBATIM COMMAND ${minify})
endif()

# The page's own files beside the wasm, scripts made small.
if(EMSCRIPTEN)
  file(GLOB_RECURSE site_files RELATIVE "${CMAKE_SOURCE_DIR}/web" CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/web/*")
  list(FILTER site_files EXCLUDE REGEX "node_modules/")
  set(copied "")
  foreach(file IN LISTS site_files)
    list(APPEND copied "${AP_OUTPUT}/web/${file}")
    set(place "${CMAKE_COMMAND}" -E copy "${CMAKE_SOURCE_DIR}/web/${file}" "${AP_OUTPUT}/web/${file}")
    if(file MATCHES "\\.js$")
      ap_minify(place "${CMAKE_SOURCE_DIR}/web/${file}" "${AP_OUTPUT}/web/${file}")
    endif()
    add_custom_command(OUTPUT "${AP_OUTPUT}/web/${file}" VERBATIM
      DEPENDS "${CMAKE_SOURCE_DIR}/web/${file}" COMMAND ${place})
  endforeach()
  if(EXISTS "${CMAKE_SOURCE_DIR}/assets/words.bin")
    list(APPEND copied "${AP_OUTPUT}/web/assets/words.bin")
    add_custom_command(OUTPUT "${AP_OUTPUT}/web/assets/words.bin" VERBATIM
      DEPENDS "${CMAKE_SOURCE_DIR}/assets/words.bin"
      COMMAND "${CMAKE_COMMAND}" -E copy "${CMAKE_SOURCE_DIR}/assets/words.bin"
              "${AP_OUTPUT}/web/assets/words.bin")
  endif()
  file(GLOB lesson_covers RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
    "${CMAKE_SOURCE_DIR}/assets/lessons/covers/*.png")
  foreach(file IN LISTS ap_lesson_assets lesson_covers)
    list(APPEND copied "${AP_OUTPUT}/web/${file}")
    add_custom_command(OUTPUT "${AP_OUTPUT}/web/${file}" VERBATIM
      DEPENDS "${CMAKE_SOURCE_DIR}/${file}"
      COMMAND "${CMAKE_COMMAND}" -E copy "${CMAKE_SOURCE_DIR}/${file}" "${AP_OUTPUT}/web/${file}")
  endforeach()
  add_custom_target(site ALL DEPENDS ${copied})
endif()
