#include "base/rng.hpp"

namespace ap {

std::uint64_t Rng::next() noexcept {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

float Rng::uniform() noexcept { return static_cast<float>(next() >> 40) * 0x1.0p-24F; }

std::uint32_t Rng::below(std::uint32_t n) noexcept {
  return static_cast<std::uint32_t>(next() % n);
}

float Rng::normal() noexcept {
  float sum = -6.0F;
  for (int i = 0; i < 12; ++i) sum += uniform();
  return sum;
}

std::uint64_t seed_from(std::string_view bytes, std::uint64_t salt) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ salt;
  for (const char c : bytes) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace ap
