# Compiler options for the whole tree, and ap_compile_options for our own targets.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(AP_CCACHE ccache)
  if(AP_CCACHE)
    # Without its sloppiness it takes no file that uses a precompiled header; by the compiler's list of
    # what was included it needs no run of the preprocessor, which takes as long as a compile.
    set(sloppiness CCACHE_DEPEND=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime)
    set(CMAKE_C_COMPILER_LAUNCHER "${AP_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "${sloppiness}" "${AP_CCACHE}")
  endif()
endif()

# What each build type means is said here; layers choose between small and fast below.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_RELEASE "-O2 -DNDEBUG")
  set(CMAKE_${language}_FLAGS_DEBUG "-O0 -g")
endforeach()

# The same bits everywhere: no contraction of a*b+c that the source does not ask for.
add_compile_options(-ffp-contract=off)

if(AP_SANITIZE)
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# libFuzzer's targets (tests/fuzz) are in the sanitizers' tree when clang makes it.
set(AP_FUZZ OFF)
if(AP_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(AP_FUZZ ON)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(EMSCRIPTEN)
  add_compile_options(-msimd128)
  # The pass would undo the order of instructions in src/tensor/tile_wasm.S. For links at -O2 and up;
  # others do not run it.
  set(AP_KERNEL_LINK_OPTIONS -sBINARYEN_EXTRA_PASSES=--skip-pass=ssa-nomerge)
  # Relaxed SIMD is behind a flag in Node 20 and older.
  execute_process(COMMAND node --v8-options OUTPUT_VARIABLE v8_options ERROR_QUIET)
  set(CMAKE_CROSSCOMPILING_EMULATOR node)
  if(v8_options MATCHES "--experimental-wasm-relaxed-simd")
    list(APPEND CMAKE_CROSSCOMPILING_EMULATOR --experimental-wasm-relaxed-simd)
  endif()
endif()

# Designated initializers leave out the members whose defaults are meant.
set(AP_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wno-missing-field-initializers)
if(AP_WERROR)
  list(APPEND AP_WARNINGS -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's flow analysis reports its own library and Eigen at -O2; clang and ASan cover these.
  list(APPEND AP_WARNINGS -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-psabi
       -Wno-stringop-overread -Wno-maybe-uninitialized -Wno-dangling-pointer)
else()
  # Not part of GCC's -Wconversion: index arithmetic of Eigen (signed) meets the standard library's.
  list(APPEND AP_WARNINGS -Wno-sign-conversion)
endif()

# ap_compile_options(target SMALL|FAST|PLAIN): warnings and the optimisation of a layer.
# SMALL is for code that runs once a click and is downloaded every time.
function(ap_compile_options target kind)
  target_compile_options(${target} PRIVATE ${AP_WARNINGS} -Wconversion)
  if(EMSCRIPTEN)
    # One thread: function-local statics need no guards.
    target_compile_options(${target} PRIVATE -fno-exceptions -fno-rtti -fno-threadsafe-statics)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    if(kind STREQUAL "FAST")
      target_compile_options(${target} PRIVATE -O3)
    elseif(kind STREQUAL "SMALL" AND EMSCRIPTEN)
      target_compile_options(${target} PRIVATE -Oz)
    endif()
  endif()
endfunction()

# ap_relaxed_twin(target): <target>_relaxed, the same objects linked with the relaxed SIMD kernels, which
# come before ap_tensor in the link and so are the ones that are taken.
function(ap_relaxed_twin target)
  add_executable(${target}_relaxed EXCLUDE_FROM_ALL "$<TARGET_OBJECTS:${target}>")
  set_target_properties(${target}_relaxed PROPERTIES LINKER_LANGUAGE CXX)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  target_link_libraries(${target}_relaxed PRIVATE ap_tensor_relaxed ${libraries})
  get_target_property(options ${target} LINK_OPTIONS)
  if(options)
    target_link_options(${target}_relaxed PRIVATE ${options})
  endif()
endfunction()

# ap_precompile(target headers...): most of a file's compile time is reading the standard library and
# Eigen. Not in the debug tree, which thereby shows a file that lacks an #include.
function(ap_precompile target)
  if(AP_PCH)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <charconv> <cmath> <cstdint>
      <functional> <limits> <memory> <optional> <span> <string> <string_view> <utility> <vector> ${ARGN})
    ap_precompiled_options(${target})
  endif()
endfunction()

# ap_precompile_as(target other): what `other`, compiled with the same options, has had precompiled.
function(ap_precompile_as target other)
  if(AP_PCH)
    target_precompile_headers(${target} REUSE_FROM ${other})
    ap_precompiled_options(${target})
  endif()
endfunction()

function(ap_precompiled_options target)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # clang forgets there that libstdc++ silences what it deprecates itself (std::stable_sort).
    target_compile_options(${target} PRIVATE -Wno-deprecated-declarations)
  endif()
endfunction()

# ap_unity(target): files of one folder are compiled together, up to eight at a time, because what
# they include and instantiate takes most of a compile's time. By folder, so that a new file moves
# no other folder's groups. Two files whose unnamed namespaces define the same name get into
# different groups; a name that came since is told apart when CMake runs again. CMake's own UNITY_BUILD
# names files by their whole path (before 3.29), so that ccache knew none in another clone.
# Where AP_GROUPED says so; the other trees show what stands in each file alone. Files with options of
# their own stay alone.
function(ap_unity target)
  if(NOT AP_GROUPED)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  set(groups "")
  foreach(file IN LISTS sources)
    get_source_file_property(options "${file}" TARGET_DIRECTORY ${target} COMPILE_OPTIONS)
    if(options)
      continue()
    endif()
    file(RELATIVE_PATH path "${CMAKE_SOURCE_DIR}" "${file}")
    get_filename_component(folder "${path}" DIRECTORY)
    string(REPLACE "/" "_" folder "${folder}")
    ap_own_names(names "${file}")
    set(group "${folder}_0")
    set(number 0)
    while(TRUE)
      set(other ${names})
      list(REMOVE_ITEM other "" ${names_${group}})
      list(LENGTH files_${group} size)
      if("${names}" STREQUAL "${other}" AND size LESS 8)
        break()
      endif()
      math(EXPR number "${number}+1")
      set(group "${folder}_${number}")
    endwhile()
    list(APPEND names_${group} ${names})
    list(APPEND files_${group} "${path}")
    list(APPEND groups ${group})
    set_source_files_properties("${file}" TARGET_DIRECTORY ${target}
      PROPERTIES HEADER_FILE_ONLY ON)
  endforeach()
  list(REMOVE_DUPLICATES groups)
  foreach(group IN LISTS groups)
    list(TRANSFORM files_${group} REPLACE "(.+)" "#include \"\\1\"")
    list(JOIN files_${group} "\n" text)
    file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/generated/${group}.cpp" @ONLY
      CONTENT "// Generated by cmake/Options.cmake (ap_unity).\n@text@\n")
    target_sources(${target} PRIVATE "${CMAKE_BINARY_DIR}/generated/${group}.cpp")
  endforeach()
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}")
  # A local name may be that of another file's helper; the debug tree looks at each file alone.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wshadow=local)
  else()
    target_compile_options(${target} PRIVATE -Wno-shadow)
  endif()
endfunction()

# ap_own_names(result file): functions, constants and types of the file's unnamed namespace: what
# stands there at the beginning of a line, with a name before a bracket, a brace or `=`.
function(ap_own_names result file)
  file(STRINGS "${file}" lines REGEX "^[A-Za-z}].*")
  set(names "")
  set(inside OFF)
  foreach(line IN LISTS lines)
    if(line MATCHES "^namespace {")
      set(inside ON)
    elseif(line MATCHES "^}  // namespace$")
      set(inside OFF)
    elseif(inside AND line MATCHES "^[^({=]*[ *&]([A-Za-z_0-9]+)(\\(| = | {|{|\\[)")
      list(APPEND names "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  set(${result} "${names}" PARENT_SCOPE)
endfunction()

