// attention attend: the ONNX operator Attention on .npy files.
#include "attention/operators/attend.hpp"

#include <CLI/CLI.hpp>
#include <limits>
#include <memory>

#include "app/cli/commands.hpp"
#include "app/cli/files.hpp"
#include "attention/operators/rotary.hpp"

namespace ap::cli {
namespace {

struct AttendArgs {
  std::string query, key, value, mask, past_key, past_value, kv_lengths;
  std::string output, stage, stage_output, present_key, present_value, precision;
  AttendOptions options;
  float scale = 1.0F;
};

/// A float array read from a file, or none for an empty path; what its dtype was.
struct Loaded {
  Array array;
  Dtype dtype = Dtype::kFloat32;
  [[nodiscard]] bool half() const { return dtype == Dtype::kFloat16; }
};

Result<Loaded> load(const std::string& path) {
  if (path.empty()) return Loaded{};
  const auto npy = read_npy_file(path);
  if (!npy) return std::unexpected(npy.error());
  if (npy->dtype == Dtype::kBool || is_integer(npy->dtype)) {
    return fail(ErrorCode::kUnsupported, "is " + std::string(name(npy->dtype)) + ", needs floats",
                path);
  }
  return Loaded{to_array(*npy), npy->dtype};
}

Result<Array> load_mask(const std::string& path) {
  if (path.empty()) return Array{};
  const auto npy = read_npy_file(path);
  if (!npy) return std::unexpected(npy.error());
  return to_additive_mask(*npy, path);
}

Result<std::vector<std::int64_t>> load_integers(const std::string& path) {
  if (path.empty()) return std::vector<std::int64_t>{};
  const auto npy = read_npy_file(path);
  if (!npy) return std::unexpected(npy.error());
  return to_integers(*npy, path);
}

Result<void> write_array(const std::string& path, const Array& array, Dtype dtype) {
  if (path.empty()) return {};
  return write_bytes(path, write_npy(to_npy(array, dtype)));
}

Result<void> attend_files(const AttendArgs& args) {
  Loaded loaded[5];
  const std::string* paths[5] = {&args.query, &args.key, &args.value, &args.past_key,
                                 &args.past_value};
  for (int i = 0; i < 5; ++i) {
    auto array = load(*paths[i]);
    if (!array) return std::unexpected(array.error());
    loaded[i] = std::move(*array);
  }
  const auto mask = load_mask(args.mask);
  if (!mask) return std::unexpected(mask.error());
  const auto lengths = load_integers(args.kv_lengths);
  if (!lengths) return std::unexpected(lengths.error());

  const AttendInput input{&loaded[0].array,
                          &loaded[1].array,
                          &loaded[2].array,
                          args.mask.empty() ? nullptr : &*mask,
                          args.past_key.empty() ? nullptr : &loaded[3].array,
                          args.past_value.empty() ? nullptr : &loaded[4].array,
                          args.kv_lengths.empty() ? nullptr : &*lengths};
  const auto out = attend(input, args.options);
  if (!out) return std::unexpected(out.error());
  // Half in, half out: computed in float, rounded once.
  const auto as = [](const Loaded& like) {
    return like.half() ? Dtype::kFloat16 : Dtype::kFloat32;
  };
  const struct {
    const std::string& path;
    const Array& array;
    Dtype dtype;
  } files[] = {{args.output, out->y, as(loaded[0])},
               {args.stage_output, out->stage, as(loaded[0])},
               {args.present_key, out->present_key, as(loaded[1])},
               {args.present_value, out->present_value, as(loaded[2])}};
  for (const auto& file : files) {
    if (auto ok = write_array(file.path, file.array, file.dtype); !ok) return ok;
  }
  return {};
}

struct RopeArgs {
  std::string input, cos, sin, positions, output;
  RotaryOptions options;
};

Result<void> rope_files(const RopeArgs& args) {
  const auto x = load(args.input);
  if (!x) return std::unexpected(x.error());
  const auto cos = load(args.cos);
  if (!cos) return std::unexpected(cos.error());
  const auto sin = load(args.sin);
  if (!sin) return std::unexpected(sin.error());
  const auto positions = load_integers(args.positions);
  if (!positions) return std::unexpected(positions.error());
  const RotaryInput input{&x->array, &cos->array, &sin->array,
                          args.positions.empty() ? nullptr : &*positions};
  const auto y = rotate(input, args.options);
  if (!y) return std::unexpected(y.error());
  return write_array(args.output, *y, x->half() ? Dtype::kFloat16 : Dtype::kFloat32);
}

int exit_code(const Result<void>& result) { return result ? 0 : report(result.error()); }

}  // namespace

void add_attend(CLI::App& app, Run& run) {
  auto args = std::make_shared<AttendArgs>();
  CLI::App* command = app.add_subcommand(
      "attend",
      "softmax(scale QK' + mask) V on .npy arrays: (T, H*K), (B, T, H*K) or (B, H, T, K)");
  const auto file = [&](const char* option, std::string& path, const char* help) {
    return command->add_option(option, path, help)->type_name("FILE");
  };
  file("--query", args->query, "Queries; float32, float16 or float64")->required();
  file("--key", args->key, "Keys")->required();
  file("--value", args->value, "Values")->required();
  file("--output", args->output, "Where the result goes, of the query's layout and type")
      ->required();
  file("--mask", args->mask,
       "bool (true = attend) or floats (added), broadcast to (B, H, T, S); a mask with fewer keys "
       "hides the rest");
  command->add_flag(
      "--causal", args->options.causal,
      "Query i sees key j when j <= i + past keys, or with --kv-lengths and no past j "
      "<= i + length - queries");
  const auto bound = [&](const char* option, int& value, const char* help) {
    command->add_option(option, value, help)
        ->check(CLI::Range(-1, std::numeric_limits<int>::max()));
  };
  bound("--left-window", args->options.window.left,
        "How many keys before its own place a query sees; -1: all [-1]");
  bound("--right-window", args->options.window.right, "How many after it; -1: all [-1]");
  CLI::Option* scale = command->add_option("--scale", args->scale, "Instead of 1 / sqrt(K)");
  command->add_option("--softcap", args->options.softcap, "c > 0: scores become c tanh(score / c)");
  command
      ->add_option("--softmax-precision", args->precision,
                   "float, or double: the softmax alone, rounded to float [float]")
      ->check(CLI::IsMember({"float", "double"}));
  command
      ->add_option("--heads", args->options.heads,
                   "H, heads side by side in 2-D and 3-D arrays [1]")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--kv-heads", args->options.kv_heads,
                   "G, key and value heads [as many as heads]")
      ->check(CLI::PositiveNumber);
  CLI::Option* past_key = file("--past-key", args->past_key, "Earlier keys, put in front");
  CLI::Option* past_value = file("--past-value", args->past_value, "Earlier values");
  past_key->needs(past_value);
  past_value->needs(past_key);
  file("--kv-lengths", args->kv_lengths, "int64, one a batch: keys at and past it are hidden");
  CLI::Option* stage =
      command
          ->add_option("--stage", args->stage, "A step to keep: scaled, capped, masked or weights")
          ->check(CLI::IsMember({"scaled", "capped", "masked", "weights"}));
  CLI::Option* stage_output =
      file("--stage-output", args->stage_output, "Where it goes, (B, H, T, S)");
  stage->needs(stage_output);
  stage_output->needs(stage);
  file("--present-key", args->present_key, "Where past and new keys go together");
  file("--present-value", args->present_value, "Where past and new values go together");
  command->callback([args, scale, &run] {
    run = [args, scaled = scale->count() > 0] {
      if (scaled) args->options.scale = args->scale;
      args->options.double_softmax = args->precision == "double";
      if (!args->stage.empty()) args->options.stage = stage_from(args->stage);
      args->options.present = !args->present_key.empty() || !args->present_value.empty();
      return exit_code(attend_files(*args));
    };
  });
}

void add_rope(CLI::App& app, Run& run) {
  auto args = std::make_shared<RopeArgs>();
  CLI::App* command = app.add_subcommand(
      "rope", "Rotary position embedding of .npy arrays, with given cosines and sines");
  const auto file = [&](const char* option, std::string& path, const char* help) {
    return command->add_option(option, path, help)->type_name("FILE");
  };
  file("--input", args->input, "(T, H*K), (B, T, H*K) or (B, H, T, K)")->required();
  file("--cos", args->cos, "(N, R/2) with positions, else (B, T, R/2) or (T, R/2)")->required();
  file("--sin", args->sin, "As the cosines")->required();
  file("--output", args->output, "Where the result goes, of the input's shape and type")
      ->required();
  file("--positions", args->positions, "int64, one a token: rows of the cosines and sines");
  command
      ->add_option("--heads", args->options.heads,
                   "H, heads side by side in 2-D and 3-D arrays [1]")
      ->check(CLI::PositiveNumber);
  command->add_flag("--interleaved", args->options.interleaved,
                    "Pairs (2i, 2i+1) instead of (i, i + R/2)");
  command->add_option("--dim", args->options.dim, "R, how much of a head is turned [all]")
      ->check(CLI::NonNegativeNumber);
  command->callback([args, &run] { run = [args] { return exit_code(rope_files(*args)); }; });
}

}  // namespace ap::cli
