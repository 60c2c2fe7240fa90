// What web_glue.js gives to C++ (web builds only): see there.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {
void ap_glue_start(int with_canvas);
void ap_glue_request_frame();
void ap_glue_request_after(double seconds);
int ap_glue_media(const char* query);
int ap_glue_dark();
int ap_glue_embedded();
void ap_glue_show_theme(int dark);
/// shape: platform::Cursor
void ap_glue_cursor(int shape);
/// Tells the page's listeners; they are called on the next tick.
void ap_glue_emit(const char* event);
void ap_glue_keep_tab(int keep);
/// flags: 1 mono, 2 numeric, 4 keep_tab, 8 keep_vertical, 16 multiline
void ap_glue_edit_text(std::uint32_t id, float x, float y, float w, float h, const char* text,
                       const char* label, float size, int flags, int from, int to,
                       std::uint32_t colour);
void ap_glue_end_text();
void ap_glue_write_clipboard(const char* text);
void ap_glue_open_file(const char* accept, int token);
void ap_glue_save_file(const char* name, const char* mime, const void* data, std::size_t size);
char* ap_glue_load(const char* key);
void ap_glue_store(const char* key, const char* value);
char* ap_glue_hash();
void ap_glue_push_link(const char* link, int replace);
char* ap_glue_address();
void ap_glue_open_url(const char* url);
void ap_glue_show_table();
void ap_glue_announce(const char* text);
void ap_glue_fetch(const char* name, int token);
void ap_glue_font(const char* family, int weight, const void* data, std::size_t size);
unsigned char* ap_glue_label(const char* text, float size, int face, int black, float* out);
}
