// What the lessons claim of learned weights, on the shipped vectors: reached by the program's own
// trainer, and true of sentences that the recipes did not train on.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>

#include "attention/forward/forward.hpp"
#include "support/playground_samples.hpp"
#include "tensor/variant.hpp"

using namespace ap;
using samples::must;
using Json = nlohmann::json;

namespace {

std::string file(const std::string& name) {
  std::ifstream in(name);
  if (!in) throw std::runtime_error("no file " + name + ": tests run in the source folder");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// The whole list; null in wasm, where it is not embedded.
const WordVectors* all_words() {
  static const auto kWords = WordVectors::parse(asset("assets/words.bin"));
  return kWords ? &*kWords : nullptr;
}

Document recipe(const std::string& name) {
  return must(document_from_json(file("assets/recipes/" + name + ".json"), all_words()));
}

void load(Session& session, const std::string& name) {
  session.set_words(
      std::make_shared<const WordVectors>(must(WordVectors::parse(asset("assets/words.bin")))));
  REQUIRE(session.dispatch(action::LoadDocument{recipe(name)}));
}

void train(Session& session, int steps, float goal = 0) {
  REQUIRE(session.dispatch(action::Train{TrainCommand::kPlay, steps, goal}));
  while (session.trainer().advance(1000)) {
  }
}

Trace trace_of(const Document& d, const std::string& text) {
  const Document next = must(update(d, action::SetText{Side::kQuery, text}, World{all_words()}));
  return forward(next.model, input_of(next));
}

int largest(ConstView v, int row) {
  int best = 0;
  for (int j = 1; j < v.cols; ++j) best = v(row, j) > v(row, best) ? j : best;
  return best;
}

/// The column that `it` looks at most in "The A V on the T because it was Z", last layer.
int looks_at(const Document& d, const std::string& text) {
  const int last = static_cast<int>(d.model.layers.size()) - 1;
  return largest(trace_of(d, text).tensor({last, Stage::kWeights, 0}), 7);
}

struct Pair {
  std::string tired, warm;
};

std::vector<Pair> it_pairs(const char* which) {
  std::vector<Pair> out;
  const Json recipe = Json::parse(file("tools/recipes/it.json"));
  for (const Json& g : recipe.at(which)) {
    const auto s = [&](std::size_t i) { return g[i].get<std::string>(); };
    const std::string start = "The " + s(0) + " " + s(1) + " on the " + s(2) + " because it was ";
    out.push_back({start + s(3), start + s(4)});
  }
  return out;
}

struct Score {
  int right = 0;
  int both = 0;  // pairs of which both are
  int count = 0;
};

Score score(const Document& d, const std::vector<Pair>& pairs) {
  Score score;
  for (const Pair& p : pairs) {
    const int noun = (looks_at(d, p.tired) == 1 ? 1 : 0) + (looks_at(d, p.warm) == 5 ? 1 : 0);
    score.right += noun;
    score.both += noun == 2 ? 1 : 0;
    score.count += 2;
  }
  return score;
}

float farthest_weight(const Model& a, const Model& b) {
  float most = 0;
  for (std::size_t l = 0; l < a.layers.size(); ++l) {
    const Layer& x = a.layers[l];
    const Layer& y = b.layers[l];
    for (const auto& [m, n] : {std::pair{x.q, y.q}, {x.k, y.k}, {x.v, y.v}, {x.o, y.o}}) {
      most = std::max(most, (*m.weight - *n.weight).cwiseAbs().maxCoeff());
    }
  }
  return most;
}

/// Rounded as the recipe rounds, the weights are those that are shipped.
bool same_weights(const Model& a, const Model& b) { return farthest_weight(a, b) <= 1.1e-3F; }

double cosine(const float* a, const float* b, int n) {
  double ab = 0, aa = 0, bb = 0;
  for (int i = 0; i < n; ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

struct BankScore {
  int river = 0;  // of the sentences on rivers, how many outputs are nearer to `river`
  int money = 0;
  int words = 0;  // how many have two or more words of their own sense among the six nearest
  int count = 0;
};

bool speaks_of(const std::string& sense, std::string_view word) {
  static const std::string kRiver =
      " river rivers stream streams lake lakes creek water waters shore valley canal basin coast "
      "island mountain mountains forest ";
  static const std::string kMoney =
      " money cash loan loans funds fund credit pay paid paying payments debt savings bank banks "
      "buy sell worth investors ";
  return (sense == "river" ? kRiver : kMoney).find(" " + std::string(word) + " ") !=
         std::string::npos;
}

BankScore bank_score(const Document& d, const char* which) {
  const WordVectors& words = *all_words();
  const int width = d.model.width;
  std::vector<float> river(static_cast<std::size_t>(width)), money = river;
  words.copy_vector(*words.find("river"), river.data(), width);
  words.copy_vector(*words.find("money"), money.data(), width);
  BankScore score;
  const Json recipe = Json::parse(file("tools/recipes/bank.json"));
  for (const std::string sense : {"river", "money"}) {
    for (const Json& text : recipe.at(which).at(sense)) {
      const Trace t = trace_of(d, text.get<std::string>());
      const auto tokens = must(tokenize(text.get<std::string>(), TokenMode::kWords));
      int row = 0;
      while (tokens[static_cast<std::size_t>(row)].text != "bank") ++row;
      const float* out = t.tensor({0, Stage::kOutput, 0}).row(row);
      const bool nearer = cosine(out, river.data(), width) > cosine(out, money.data(), width);
      if (sense == "river" && nearer) ++score.river;
      if (sense == "money" && !nearer) ++score.money;
      int own = 0;
      for (const auto& n : words.nearest(out, width, 6))
        own += speaks_of(sense, words.word(n.index)) ? 1 : 0;
      score.words += own >= 2 ? 1 : 0;
      ++score.count;
    }
  }
  return score;
}

}  // namespace

TEST_CASE("the row of cat is learned to within 0.01, and as shipped") {
  if (!all_words()) SKIP("the word list is not embedded here");
  Session session;
  load(session, "cat.start");
  const std::vector<float> shares{0.1F, 0.4F, 0.3F, 0.05F, 0.05F, 0.1F};
  const auto farthest = [&](const Trace& t) {
    float most = 0;
    for (int j = 0; j < 6; ++j) {
      most = std::max(most, std::abs(t.tensor({0, Stage::kWeights, 0})(1, j) -
                                     shares[static_cast<std::size_t>(j)]));
    }
    return most;
  };
  CHECK(farthest(session.trace()) > 0.1F);
  train(session, 1000, 0.01F);
  CHECK(session.trainer().status() == TrainStatus::kReached);
  CHECK(session.trainer().steps() < 200);
  CHECK(farthest(session.trace()) <= 0.01F);
  const Document shipped = recipe("cat");
  CHECK(farthest(forward(shipped.model, input_of(shipped))) <= 0.01F);
}

TEST_CASE("two layers learn whom `it` means, on sentences left out as well") {
  if (!all_words()) SKIP("the word list is not embedded here");
  Session session;
  load(session, "it.start");
  train(session, 120);
  const Document shipped = recipe("it");
  CHECK(same_weights(session.document().model, shipped.model));
  const Score trained = score(shipped, it_pairs("train"));
  const Score left_out = score(shipped, it_pairs("held_out"));
  WARN("it, two layers: " << trained.right << " of " << trained.count << " trained sentences, "
                          << left_out.right << " of " << left_out.count << " left out");
  // Beyond what the lesson claims: nouns that no trained sentence has. More than guessing, no more
  // is asked.
  const Score strangers = score(shipped, it_pairs("new_nouns"));
  WARN("it, two layers: " << strangers.right << " of " << strangers.count
                          << " sentences with new nouns");
  CHECK(strangers.count >= 20);
  CHECK(strangers.right > strangers.count / 2);
  CHECK(trained.both == trained.count / 2);
  CHECK(left_out.count >= 20);
  CHECK(left_out.right >= left_out.count - 2);
  const auto row = [&](const char* text) {
    const Trace t = trace_of(shipped, text);
    return std::pair(t.tensor({1, Stage::kWeights, 0})(7, 1),
                     t.tensor({1, Stage::kWeights, 0})(7, 5));
  };
  const auto tired = row("The cat sat on the mat because it was tired");
  const auto warm = row("The cat sat on the mat because it was warm");
  CHECK(tired.first > 0.7F);
  CHECK(warm.second > 0.7F);
}

TEST_CASE("one layer cannot learn whom `it` means") {
  if (!all_words()) SKIP("the word list is not embedded here");
  Session session;
  load(session, "it-one-layer.start");
  train(session, 120);
  CHECK(same_weights(session.document().model, recipe("it-one-layer").model));
  const Score trained = score(session.document(), it_pairs("train"));
  const Score left_out = score(session.document(), it_pairs("held_out"));
  WARN("it, one layer: " << trained.right << " of " << trained.count << " trained sentences, "
                         << left_out.right << " of " << left_out.count << " left out");
  // Its score of (it, noun) does not know the last word: of a pair at most one can be right.
  CHECK(trained.both == 0);
  CHECK(left_out.both == 0);
}

TEST_CASE("`bank` moves toward river or money, as its sentence says") {
  if (!all_words()) SKIP("the word list is not embedded here");
  Document raw = recipe("bank");
  raw = must(update(raw, action::SetWeights{WeightInit::kIdentity, 1}, World{all_words()}));
  const BankScore before = bank_score(raw, "held_out");
  WARN("bank, raw similarity: nearer to river in " << before.river << " of " << before.count / 2
                                                   << " sentences on rivers");
  CHECK(before.river == 0);
  CHECK(before.money == before.count / 2);

  Session session;
  load(session, "bank.start");
  train(session, 100);
  const Document shipped = recipe("bank");
  CHECK(same_weights(session.document().model, shipped.model));
  const BankScore trained = bank_score(shipped, "train");
  const BankScore left_out = bank_score(shipped, "held_out");
  WARN("bank, learned: " << left_out.river << " + " << left_out.money << " of " << left_out.count
                         << " left-out sentences, nearest words say so in " << left_out.words);
  CHECK(trained.river + trained.money == trained.count);
  CHECK(left_out.count >= 20);
  CHECK(left_out.river + left_out.money >= left_out.count - 2);
  CHECK(left_out.words >= left_out.count - 2);
}

TEST_CASE("recipes come out the same with and without fused multiply-add, to 1e-4") {
  if (!all_words()) SKIP("the word list is not embedded here");
  struct Restore {
    std::string before{kernel_variant()};
    ~Restore() { set_kernel_variant_for_tests(before); }
  } restore;
  for (const auto& [name, steps, goal] :
       {std::tuple{"cat.start", 1000, 0.01F}, {"it.start", 120, 0.0F}, {"bank.start", 100, 0.0F}}) {
    std::vector<Model> learned;
    for (const KernelTable* table : kernel_tables()) {
      set_kernel_variant_for_tests(table->name);
      Session session;
      load(session, name);
      train(session, steps, goal);
      learned.push_back(session.document().model);
    }
    for (const Model& m : learned) CHECK(farthest_weight(m, learned.front()) < 1e-4F);
  }
}
