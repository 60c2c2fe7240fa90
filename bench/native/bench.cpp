// Native: our kernels against Eigen compiled for the same instructions, in one process,
// interleaved; medians. Prints one JSON object; run.mjs makes the table and the file of it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "common/session.hpp"
#include "native/rivals.hpp"
#include "tensor/variant.hpp"

namespace {

/// Processor time: what other programs take meanwhile is not counted.
template <class F>
double time_ms(F& f) {
  const std::clock_t start = std::clock();
  f();
  return 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}
double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

struct Turns {
  double ours, rival;  // medians in ms
  double q1, q3;       // quartiles of rival / ours, turn by turn
};

/// Two functions run by turns.
template <class F, class G>
Turns by_turns(F ours, G rival, int samples) {
  for (int i = 0; i < 3; ++i) {
    ours();
    rival();
  }
  std::vector<double> a, b, ratio;
  for (int i = 0; i < samples; ++i) {
    a.push_back(time_ms(ours));
    b.push_back(time_ms(rival));
    ratio.push_back(b.back() / a.back());
  }
  std::sort(ratio.begin(), ratio.end());
  return {median(a), median(b), ratio[ratio.size() / 4], ratio[ratio.size() * 3 / 4]};
}

double peak_gflops(int samples) {
  constexpr int kRounds = 2'000'000;
  std::vector<double> times;
  double flops = 0.0;
  auto run = [&] { flops = ap::bench::peak_run(kRounds); };
  run();
  times.reserve(static_cast<std::size_t>(samples));
  for (int i = 0; i < samples; ++i) times.push_back(time_ms(run));
  return flops / median(times) / 1e6;
}

void gemm_line(int m, int k, int n, int samples, double peak, bool last) {
  ap::Rng rng(3);
  const ap::Matrix a = ap::bench::random_matrix(m, k, 1.0F, rng);
  const ap::Matrix b = ap::bench::random_matrix(k, n, 1.0F, rng);
  ap::Matrix c(m, n), d(m, n);
  ap::Scratch scratch;
  const int repeats = std::max(1, static_cast<int>(1e8 / (1.0 * m * n * k)));
  const auto [ours, eigen, q1, q3] = by_turns(
      [&] {
        for (int i = 0; i < repeats; ++i) ap::gemm(ap::view(a), ap::view(b), ap::view(c), scratch);
      },
      [&] {
        for (int i = 0; i < repeats; ++i) {
          ap::bench::eigen_gemm(a.data(), b.data(), d.data(), m, k, n);
        }
      },
      samples);
  const double gflops = 2e-6 * m * k * n * repeats / ours;
  std::printf(
      "    {\"m\": %d, \"k\": %d, \"n\": %d, \"ours_ms\": %.6f, \"eigen_ms\": %.6f, "
      "\"speedup\": %.3f, \"speedup_q1\": %.3f, \"speedup_q3\": %.3f, "
      "\"gflops\": %.2f, \"eigen_gflops\": %.2f, \"of_peak\": %.4f, "
      "\"difference\": %.3g}%s\n",
      m, k, n, ours / repeats, eigen / repeats, eigen / ours, q1, q3, gflops, gflops * ours / eigen,
      gflops / peak, static_cast<double>((c - d).cwiseAbs().maxCoeff()), last ? "" : ",");
}

void forward_line(int t, int d, int h, int samples, double peak, bool last) {
  ap::bench::Session session(t, d, h);
  const int repeats = std::max(1, static_cast<int>(5e7 / session.flops()));
  const double ours = by_turns(
                          [&] {
                            for (int i = 0; i < repeats; ++i) session.full();
                          },
                          [] {}, samples)
                          .ours;
  const double gflops = session.flops() * repeats / ours / 1e6;
  std::printf(
      "    {\"t\": %d, \"d\": %d, \"h\": %d, \"ours_ms\": %.6f, \"gflops\": %.2f, "
      "\"of_peak\": %.4f, \"trace_bytes\": %zu, \"scratch_bytes\": %zu}%s\n",
      t, d, h, ours / repeats, gflops, gflops / peak, session.trace().bytes(),
      session.scratch_bytes(), last ? "" : ",");
}

}  // namespace

int main(int argc, char** argv) {
  const int samples = argc > 1 ? std::max(1, std::atoi(argv[1])) : 21;
  const double peak = peak_gflops(samples);
  std::printf("{\n  \"variant\": \"%s\", \"samples\": %d, \"peak_gflops\": %.2f,\n",
              std::string(ap::kernel_variant()).c_str(), samples, peak);
  std::printf("  \"gemm\": [\n");
  gemm_line(1024, 768, 768, samples, peak, false);
  gemm_line(512, 512, 512, samples, peak, false);
  gemm_line(128, 256, 256, samples, peak, false);
  gemm_line(16, 64, 64, samples, peak, false);
  gemm_line(1024, 64, 1024, samples, peak, false);
  gemm_line(1024, 1024, 64, samples, peak, true);
  std::printf("  ],\n  \"forward\": [\n");
  forward_line(16, 64, 4, samples, peak, false);
  forward_line(128, 256, 8, samples, peak, false);
  forward_line(512, 512, 8, samples, peak, false);
  forward_line(1024, 768, 12, samples, peak, true);
  std::printf("  ]\n}\n");
}
