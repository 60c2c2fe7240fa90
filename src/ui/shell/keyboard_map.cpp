#include "ui/shell/keyboard_map.hpp"

namespace ap::ui {
namespace {

constexpr KeyLine kLines[] = {
    {"Move", "Arrows", "next cell"},
    {"Move", "Shift + arrows", "extend the selection"},
    {"Move", "Page up, Page down", "eight cells on"},
    {"Move", "Home, End", "start and end of the row"},
    {"Move", "Tab, Shift + Tab", "next, previous matrix"},
    {"Move", "[   ]", "what feeds this cell; what it feeds"},
    {"Change", "0-9 . -", "type a new number"},
    {"Change", "Enter, F2", "edit the number"},
    {"Change", "Escape", "leave it as it was; put cards away"},
    {"Change", "Delete", "set to zero"},
    {"Change", "Drag sideways", "change by scrubbing; Shift fine, Alt coarse"},
    {"Change", "Ctrl + C, X, V", "copy, cut, paste blocks"},
    {"Change", "Ctrl + A", "select the whole matrix"},
    {"Change", "Ctrl + Z", "undo"},
    {"Change", "Ctrl + Shift + Z, Ctrl + Y", "redo"},
    {"Change", "Menu, Shift + F10", "fill, lock, copy as ..."},
    {"Learn", "T", "paint targets over weights and output, on and off"},
    {"Learn", "Drag, Ctrl + drag", "while painting: wanted here; not here"},
    {"Learn", "0-9 . Delete", "while painting: the share of this cell; free it"},
    {"Learn", "K", "lock the selected cells, or let them learn"},
    {"Look", "F, 0", "fit the whole sheet"},
    {"Look", "+   -", "zoom; or Ctrl + wheel, pinch"},
    {"Look", "Wheel, drag", "move the sheet"},
    {"Look", "Space", "keep the card of this cell, or put it away"},
    {"Look", "1-8 with Alt", "look at one step; Alt + 0 all"},
    {"Look", "H, Shift + H", "next, previous head"},
    {"Look", "L, Shift + L", "next, previous layer"},
    {"Look", "M", "mask brush on and off"},
    {"Look", "G", "colour by the slope of the loss"},
    {"Look", "B", "keep these numbers as baseline; then: flip to them and back"},
    {"Look", "D", "difference to the baseline"},
    {"Look", "F1, ?", "this map"},
};

}  // namespace

std::span<const KeyLine> keyboard_map() noexcept { return kLines; }

}  // namespace ap::ui
