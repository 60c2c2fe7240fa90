# attention-files: import, export and pictures as a second wasm module that the page fetches when
# somebody asks for it; its faces are the whole ones, since no browser draws for it.
if(EMSCRIPTEN AND EXISTS "${CMAKE_SOURCE_DIR}/src/app/page/files_api.cpp")
  set(ap_page_faces "${ap_faces_folder}")
  set(ap_faces_folder assets/fonts)
  ap_add_assets(ap_assets_files ${ap_gui_assets})
  set(ap_faces_folder "${ap_page_faces}")
  add_executable(attention-files "${CMAKE_SOURCE_DIR}/src/app/page/files_api.cpp")
  target_link_libraries(attention-files PRIVATE ${cli_layers} ap_assets_files)
  ap_compile_options(attention-files SMALL)
  target_compile_options(attention-files PRIVATE -flto)
  target_link_options(attention-files PRIVATE -flto -Oz --no-entry -sMODULARIZE -sEXPORT_ES6
    -sENVIRONMENT=web,worker,node -sFILESYSTEM=0 -sDYNAMIC_EXECUTION=0 -sALLOW_MEMORY_GROWTH
    -sMAXIMUM_MEMORY=2GB -sSTACK_SIZE=1MB -sTEXTDECODER=2 -sSUPPORT_LONGJMP=0
    -sMIN_SAFARI_VERSION=160400 -sMIN_FIREFOX_VERSION=110 -sMIN_CHROME_VERSION=100
    -sMIN_NODE_VERSION=160000 -sEXPORT_NAME=createFiles -sEXPORTED_FUNCTIONS=_malloc,_free
    -sEXPORTED_RUNTIME_METHODS=HEAPU8,UTF8ToString)
  set_target_properties(attention-files PROPERTIES OUTPUT_NAME attention-files
    RUNTIME_OUTPUT_DIRECTORY "${AP_OUTPUT}/web")
  ap_minify(minify_files "${AP_OUTPUT}/web/attention-files.js" "${AP_OUTPUT}/web/attention-files.js")
  add_custom_command(TARGET attention-files POST_BUILD VERBATIM COMMAND ${minify_files})

  # Posters of the presets, which stand in an article until its playground is near: drawn by the
  # module itself, so that they come with the page and need no other build.
  if(AP_NODE)
    file(GLOB poster_presets CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/assets/presets/*.json")
    list(FILTER poster_presets EXCLUDE REGEX "/index\\.json$")
    set(presets "")
    set(posters "")
    foreach(file IN LISTS poster_presets)
      get_filename_component(preset "${file}" NAME_WE)
      list(APPEND presets "${preset}")
      list(APPEND posters "${AP_OUTPUT}/web/posters/${preset}.svg"
                          "${AP_OUTPUT}/web/posters/${preset}-dark.svg")
    endforeach()
    add_custom_command(OUTPUT ${posters} VERBATIM
      DEPENDS attention-files "${CMAKE_SOURCE_DIR}/tools/page/posters.mjs"
      COMMAND "${AP_NODE}" "${CMAKE_SOURCE_DIR}/tools/page/posters.mjs"
              "${AP_OUTPUT}/web" ${presets})
    add_custom_target(posters ALL DEPENDS ${posters})
  endif()
endif()
