// AP_LATE marks a door to what the page's first picture does not need: never inlined, so that
// tools/page/split.mjs finds it by name (tools/page/late.txt) and moves it, with all that only it
// calls, into the module that is fetched after the first picture. Elsewhere it is just a call.
#pragma once

#define AP_LATE [[gnu::noinline]]
