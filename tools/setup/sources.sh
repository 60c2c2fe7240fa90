# Sources of the libraries that page and desktop share, in one version for both. On Debian 12
# they come from Debian 13's source packages through the private apt state; elsewhere CMake's
# FetchContent gets the same releases from upstream (cmake/Dependencies.cmake).

AP_LIBRARIES="imgui catch2 eigen3 nlohmann-json3 libstb cli11"
SOURCES_RECIPE=2

fetch_sources() { # temporary final
  need_space 600 "$AP_CACHE" "the libraries' sources"
  trixie_ready
  local name
  for name in $AP_LIBRARIES; do
    trixie_source "$name" "$1/$name"
  done
}

setup_sources() {
  AP_SOURCES=""
  [ -n "$(debian_version)" ] || return 0
  # Debian 13's own archive has the same versions, so the same private state serves both.
  AP_SOURCES="$AP_CACHE/sources-r$SOURCES_RECIPE"
  step 4 "sources of $AP_LIBRARIES" "$AP_SOURCES" fetch_sources
  export AP_SOURCES
}
