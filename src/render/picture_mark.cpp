#include "render/picture_mark.hpp"

#include <array>
#include <cstring>
#include <imgui.h>

namespace ap::render {
namespace {

constexpr std::uint64_t kOdd = 0xD6E8FEB86659FD93;  // of Pelle Evensen's rrmxmx: mixes well

std::uint64_t mixed(std::uint64_t state, std::uint64_t word) noexcept {
  state = (state ^ word) * kOdd;
  return state ^ (state >> 32U);
}

std::uint64_t word_at(const unsigned char* bytes, std::size_t size = 8) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, size);
  return word;
}

}  // namespace

void PictureMark::add(const void* bytes, std::size_t size) noexcept {
  const auto* at = static_cast<const unsigned char*>(bytes);
  // Four lanes: a multiplication need not wait for the one before it.
  std::array<std::uint64_t, 4> lanes = {state_, ~state_, state_ + kOdd, state_ - kOdd};
  std::size_t left = size;
  for (; left >= 32; left -= 32, at += 32) {
    for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = mixed(lanes[i], word_at(at + 8 * i));
  }
  state_ = mixed(state_, size);
  for (const std::uint64_t lane : lanes) state_ = mixed(state_, lane);
  for (; left >= 8; left -= 8, at += 8) state_ = mixed(state_, word_at(at));
  if (left > 0) state_ = mixed(state_, word_at(at, left));
}

void PictureMark::add(const ImDrawData& data) noexcept {
  add(data.DisplayPos);
  add(data.DisplaySize);
  add(data.FramebufferScale);
  for (const ImDrawList* list : data.CmdLists) {
    add(list->VtxBuffer.Data, static_cast<std::size_t>(list->VtxBuffer.size_in_bytes()));
    add(list->IdxBuffer.Data, static_cast<std::size_t>(list->IdxBuffer.size_in_bytes()));
    for (const ImDrawCmd& command : list->CmdBuffer) {
      add(command.ClipRect);
      add(command.TextureId);
      add(std::array{command.VtxOffset, command.IdxOffset, command.ElemCount});
      if (command.UserCallback == nullptr || command.UserCallbackData == nullptr) continue;
      add(static_cast<const CallbackMark*>(command.UserCallbackData)->mark);
    }
  }
}

}  // namespace ap::render
